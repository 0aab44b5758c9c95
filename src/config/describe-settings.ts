import { Environment } from './environment.js';
import { schemaOf } from './load-config.js';
import { allowedText, type SchemaNode } from './problems.js';
import { SettingsFile } from './settings-file.js';

interface Row {
  readonly name: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

function childrenOf(node: SchemaNode): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    typeof child === 'object'
      ? [{ name, node: child, required: node.required?.includes(name) ?? false }]
      : [],
  );
}

/** The objects below a key: itself, or what its list holds. */
function objectBelow(row: Row): { readonly prefix: string; readonly node: SchemaNode } | null {
  const items = row.node.items;
  if (typeof items === 'object' && !Array.isArray(items) && items.properties !== undefined)
    return { prefix: `${row.name}[].`, node: items };
  return row.node.properties === undefined ? null : { prefix: `${row.name}.`, node: row.node };
}

function flatten(rows: readonly Row[]): Row[] {
  return rows.flatMap((row) => {
    const below = objectBelow(row);
    if (below === null) return [row];
    const children = childrenOf(below.node).map((child) => ({
      ...child,
      name: `${below.prefix}${child.name}`,
    }));
    return [row, ...flatten(children)];
  });
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function defaultText(row: Row): string {
  const value = row.node.default ?? row.node['x-otherwise'];
  if (row.required) return '**required**';
  if (value === undefined || typeof value === 'object') return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const secret = row.node['x-secret'] === true ? ' *(secret)*' : '';
    const columns = [
      `\`${row.name}\`${secret}`,
      allowedText(row.node),
      defaultText(row),
      row.node.description ?? '',
    ];
    return `| ${columns.map(cell).join(' | ')} |`;
  });
  return ['| setting | allowed | default | what it is |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** The settings page, in Markdown, generated from the schema. */
export function describeSettings(): string {
  const sections = childrenOf(schemaOf(SettingsFile)).map(
    (row) => `### ${row.name}\n\n${row.node.description ?? ''}.\n\n${tableOf(flatten([row]).slice(1))}`,
  );
  return `# Settings

<!-- Generated from src/config; change it there and run \`npm run build && npm run settings-docs\`. -->

Scalars come from the environment (a \`.env\` file in the working directory counts as environment; what is really set wins). Domains, mailboxes and the like stand in one YAML file. All of it is checked before anything starts: every wrong value is named at once, with what is allowed, and an unknown key is an error.

## Environment

A setting marked secret may come from a file instead: \`API_TOKEN_FILE=/run/secrets/api-token\`. An empty value is the same as none.

${tableOf(childrenOf(schemaOf(Environment)))}

## Settings file

\`dmarc-ratchet.yaml\` in the working directory, or the file that \`CONFIG_FILE\` names. \`\${NAME}\` inside any text is replaced by the environment's \`NAME\`, or by what the file named by \`NAME_FILE\` holds; a name that is not set stops the start, and \`$\${NAME}\` stays as it is.

\`\`\`yaml
domains:
  - name: example.com
    provider: zone
mailboxes:
  - name: rua
    host: imap.example.com
    user: dmarc@example.com
    password: \${RUA_PASSWORD}
    authservId: mx.example.com
providers:
  - name: zone
    type: rfc2136
    server: ns1.example.com
    keyName: dmarc-ratchet
    keySecret: \${TSIG_SECRET}
\`\`\`

${sections.join('\n\n')}
`;
}

/** The text of \`.env.example\`. */
export function describeEnvironment(): string {
  const entries = childrenOf(schemaOf(Environment)).map((row) => {
    const secret = row.node['x-secret'] === true ? ` Or ${row.name}_FILE.` : '';
    const shown = defaultText(row).replaceAll('`', '');
    return `# ${(row.node.description ?? '').replaceAll('`', '')}. Allowed: ${allowedText(row.node)}.${secret}\n# ${row.name}=${shown}`;
  });
  return `# Copy to .env and uncomment what differs. Generated; see docs/settings.md.\n\n${entries.join('\n\n')}\n`;
}
