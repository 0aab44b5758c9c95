import {
  capabilityWords,
  COMPARER_WORDS,
  SCOPE_WORDS,
  TESTED_WORDS,
  ttlRange,
} from '../ports/capability-words.js';
import type { OptionDescriptor, ProviderDescriptor } from '../ports/provider-descriptor.js';

const NOTICE = (script: string): string =>
  `<!-- Generated from src/providers; change it there and run \`npm run build && npm run ${script}\`. -->`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function optionRow({ name, required, secret, help, env }: OptionDescriptor): readonly string[] {
  const from = env.map((variable) => `\`${variable}\``).join(', ');
  return [`\`${name}\`${secret ? ' _(secret)_' : ''}`, required ? 'yes' : '', from, help];
}

function example({ id, options }: ProviderDescriptor): string {
  const required = options.filter((option) => option.required);
  const isElsewhere = required.some(isAddress) && !required.some(({ secret }) => secret);
  const beside = isElsewhere ? options.filter(({ secret }) => secret).slice(0, 1) : [];
  const lines = [...required, ...beside].map(({ name, secret, env }) =>
    secret && env[0] !== undefined ? `    ${name}: \${${env[0]}}` : `    ${name}: …`,
  );
  return ['```yaml', 'providers:', '  - name: zone', `    type: ${id}`, ...lines, '```'].join('\n');
}

function isAddress({ kind }: OptionDescriptor): boolean {
  return kind === 'address';
}

function optionsPart(descriptor: ProviderDescriptor): string {
  if (descriptor.options.length === 0) return 'It has no options.';
  const head = ['option', 'required', 'variables', 'what it is'];
  return `${table(head, descriptor.options.map(optionRow))}

An option that is not given is read from its variables, the first that is set, unless the settings name a secret of their own: two credentials are never mixed; each may also be a file: \`<VARIABLE>_FILE\`. A secret may stand in a file that \`<option>File\` names.${addressPart(descriptor)}`;
}

/** For those whose requests can be sent elsewhere. */
function addressPart({ options }: ProviderDescriptor): string {
  const addresses = options.filter(isAddress).map(({ name }) => `\`${name}\``);
  if (addresses.length === 0 || !options.some(({ secret }) => secret)) return '';
  return ` Where the settings give ${addresses.join(' or ')}, they name the secret, too (as a file, or as \`\${VARIABLE}\`): a secret that only the environment gives is never sent there.`;
}

/** What stands behind the promises of a page. */
function proofPart({ tested }: ProviderDescriptor): string {
  const proof = `The tests run against ${TESTED_WORDS[tested]}`;
  if (tested !== 'emulator') return `${proof}.`;
  return `${proof}; against a real account with \`DMARC_RATCHET_LIVE_…\` (see [providers](../providers.md#trying-it-on-a-real-account)).`;
}

/** The page of one type of provider, in Markdown. */
export function describeProvider(descriptor: ProviderDescriptor): string {
  const { title, docs, credentials, leastPrivilege, tested, capabilities, notes } = descriptor;
  const made = credentials === null ? '' : ` Made at <${credentials}>.`;
  return [
    `# ${title}`,
    NOTICE('providers-docs'),
    example(descriptor),
    `${tested === 'no-api' ? 'See' : 'API:'} <${docs}>. ${proofPart(descriptor)}`,
    '## Options',
    optionsPart(descriptor),
    '## The credential',
    `${leastPrivilege}${made}`,
    '## What it can do',
    table(['', ''], capabilityWords(capabilities)),
    ...(notes.length === 0 ? [] : ['## Good to know', notes.map((note) => `- ${note}`).join('\n')]),
  ].join('\n\n');
}

/** Short, for a table. */
const TESTED_ON = {
  'real-server': 'real server',
  emulator: 'emulator',
  'no-api': 'no API',
} as const satisfies Record<ProviderDescriptor['tested'], string>;

/** The table of all types, between what a person wrote before and after it. */
export function describeCapabilities(descriptors: readonly ProviderDescriptor[]): string {
  const rows = descriptors.map(({ id, title, capabilities, tested }) => [
    `[\`${id}\`](providers/${id}.md)`,
    title,
    COMPARER_WORDS[capabilities.compare],
    SCOPE_WORDS[capabilities.scope],
    ttlRange(capabilities.ttl),
    TESTED_ON[tested],
  ]);
  const head = ['type', 'what it is', 'who compares', 'credential for', 'TTL in seconds', 'tested on'];
  return table(head, rows);
}
