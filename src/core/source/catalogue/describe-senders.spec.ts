import { describe, expect, it } from 'vitest';
import { KNOWN_SENDERS } from '../known-sender.js';
import { describeSenders } from './describe-senders.js';
import { format } from 'prettier';
import { readFileSync } from 'node:fs';

const markdown = (text: string) => format(text, { parser: 'markdown' });

describe('the generated senders page', () => {
  it('docs/senders.md says what the catalogue says; npm run senders-docs writes it', async () => {
    expect(await markdown(readFileSync('docs/senders.md', 'utf8'))).toBe(await markdown(describeSenders()));
  });

  it('has one row for each sender, under the heading of its kind', () => {
    const rows = describeSenders()
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (sender|---) /.test(line));
    expect(rows.length).toBe(KNOWN_SENDERS.length);
  });
});
