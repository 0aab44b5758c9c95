import type { Capabilities, OptionDescriptor, ProviderDescriptor } from '../ports/provider-descriptor.js';

const NOTICE = (script: string): string =>
  `<!-- Generated from src/providers; change it there and run \`npm run build && npm run ${script}\`. -->`;

const MOST_TTL = 2_147_483_647;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function ttlText({ least, most, only }: Capabilities['ttl']): string {
  if (only !== null) return `${Math.min(...only)} to ${Math.max(...only)}, in ${only.length} steps`;
  const upper = most >= MOST_TTL ? '' : ` to ${most}`;
  return least <= 1 && upper === '' ? 'any' : `${least}${upper === '' ? ' and more' : upper}`;
}

function compareText({ compare }: Capabilities): string {
  return compare === 'server'
    ? 'the provider itself: of two writers at once one fails'
    : 'read, compare, write, read again';
}

function txtText({ form, longest, refuses }: Capabilities['txt']): string {
  const forms = { raw: 'as it is', quoted: 'quoted', strings: 'a list of strings' } as const;
  const refused = refuses.length === 0 ? '' : `; refused before anything is asked: ${refuses.join(', ')}`;
  return `${forms[form]}, at most ${longest} bytes${refused}`;
}

function capabilityRows(capabilities: Capabilities): readonly (readonly string[])[] {
  return [
    ['Who compares before a write', compareText(capabilities)],
    [
      'What a write replaces',
      `${capabilities.unit === 'rrset' ? 'the whole TXT set at the name' : 'one record'}, ${capabilities.replace === 'atomic' ? 'in one request' : 'in steps'}`,
    ],
    ['TTL, seconds', ttlText(capabilities.ttl)],
    ['TXT', txtText(capabilities.txt)],
    [
      'A credential can be limited to',
      `one ${capabilities.scope}`.replace('one account', 'nothing less than the account'),
    ],
    [
      'Says when its servers have a change',
      capabilities.completion === 'polled' ? 'yes' : 'no; the servers are asked in any case',
    ],
    ['Rate limit', capabilities.rateLimit ?? 'none documented'],
  ];
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

/** Whether an option says where requests go. */
export function isAddress({ name }: OptionDescriptor): boolean {
  return /url$/i.test(name);
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

const PROOF = {
  'real-server': 'The tests run against the real server.',
  emulator:
    'The tests run against an emulator of the API; against a real account with `DMARC_RATCHET_LIVE_…` (see [providers](../providers.md#trying-it-on-a-real-account)).',
  'no-api': 'The tests run against real files and what DNS shows.',
} as const;

const TESTED_ON = { 'real-server': 'real server', emulator: 'emulator', 'no-api': 'no API' } as const;

/** The page of one type of provider, in Markdown. */
export function describeProvider(descriptor: ProviderDescriptor): string {
  const { title, docs, credentials, leastPrivilege, tested, capabilities, notes } = descriptor;
  const made = credentials === null ? '' : ` Made at <${credentials}>.`;
  return [
    `# ${title}`,
    NOTICE('providers-docs'),
    example(descriptor),
    `${tested === 'no-api' ? 'See' : 'API:'} <${docs}>. ${PROOF[tested]}`,
    '## Options',
    optionsPart(descriptor),
    '## The credential',
    `${leastPrivilege}${made}`,
    '## What it can do',
    table(['', ''], capabilityRows(capabilities)),
    ...(notes.length === 0 ? [] : ['## Good to know', notes.map((note) => `- ${note}`).join('\n')]),
  ].join('\n\n');
}

/** The table of all types, between what a person wrote before and after it. */
export function describeCapabilities(descriptors: readonly ProviderDescriptor[]): string {
  const rows = descriptors.map(({ id, title, capabilities, tested }) => [
    `[\`${id}\`](providers/${id}.md)`,
    title,
    capabilities.compare === 'server' ? 'the provider' : 'this service',
    capabilities.scope,
    ttlText(capabilities.ttl),
    TESTED_ON[tested],
  ]);
  return table(['type', 'what it is', 'who compares', 'credential for one', 'TTL', 'tested on'], rows);
}
