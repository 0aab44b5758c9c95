import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { describeCapabilities, describeProvider } from './describe-provider.js';
import { PROVIDER_DESCRIPTORS } from './registry.js';

const markdown = (text: string): Promise<string> => format(text, { parser: 'markdown', printWidth: 110 });

describe('C27 the pages about providers', () => {
  it.each(PROVIDER_DESCRIPTORS.map((descriptor) => [descriptor.id, descriptor] as const))(
    'docs/providers/%s.md says what the code says; npm run providers-docs writes it',
    async (id, descriptor) => {
      const page = `docs/providers/${id}.md`;
      expect(existsSync(page)).toBe(true);
      expect(await markdown(readFileSync(page, 'utf8'))).toBe(await markdown(describeProvider(descriptor)));
    },
  );

  it('there is no page about a type that is gone', () => {
    const pages = readdirSync('docs/providers').map((file) => file.replace(/\.md$/, ''));
    expect(pages.toSorted()).toEqual(PROVIDER_DESCRIPTORS.map(({ id }) => id).toSorted());
  });

  it('the table of all types is up to date', async () => {
    const overview = await markdown(readFileSync('docs/providers.md', 'utf8'));
    expect(overview).toContain((await markdown(describeCapabilities(PROVIDER_DESCRIPTORS))).trim());
  });
});
