import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describeCapabilities, describeProvider } from './describe-provider.js';
import { PROVIDER_DESCRIPTORS } from './registry.js';

const TABLE = /(<!-- table of types -->\n)[\s\S]*(<!-- end of table -->)/;

mkdirSync('docs/providers', { recursive: true });
for (const descriptor of PROVIDER_DESCRIPTORS) {
  writeFileSync(`docs/providers/${descriptor.id}.md`, `${describeProvider(descriptor)}\n`);
}
const overview = readFileSync('docs/providers.md', 'utf8');
const types = describeCapabilities(PROVIDER_DESCRIPTORS);
writeFileSync(
  'docs/providers.md',
  overview.replace(TABLE, (_all, head: string, tail: string) => `${head}\n${types}\n\n${tail}`),
);
