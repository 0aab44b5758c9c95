import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { describeEnvironment, describeSettings } from './describe-settings.js';

const markdown = (text: string) => format(text, { parser: 'markdown' });

describe('the generated settings pages', () => {
  it('docs/settings.md says what the schema says; npm run settings-docs writes it', async () => {
    expect(await markdown(readFileSync('docs/settings.md', 'utf8'))).toBe(await markdown(describeSettings()));
  });

  it('.env.example says what the schema says', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(describeEnvironment());
  });

  it('explains each setting', () => {
    const rows = describeSettings()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter((row) => / \| +\|$/.test(row))).toEqual([]);
  });
});
