import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import { advisedRecord } from './advised-record.js';
import { buildTree } from './build-tree.js';
import { parseSpfRecord } from './parse-record.js';
import { isSpfRecord } from './spf-record.js';
import { matchesAnybody, type SpfTree } from './spf-tree.js';

const HOSTS = {
  'host.example': [{ A: '198.51.100.7' }, { AAAA: '2001:db8::7' }],
  'sound.example': [{ TXT: 'v=spf1 ip4:203.0.113.0/24 ~all' }],
};

const treeOf = (record: string): Promise<SpfTree> =>
  buildTree('x.example', zoneQuestions({ ...HOSTS, 'x.example': [{ TXT: record }] }));

async function advise(record: string, hasDmarc: boolean | null = true): Promise<string | null> {
  return advisedRecord((await treeOf(record)).root, hasDmarc);
}

describe('advisedRecord', () => {
  it.each([
    ['v=spf1', 'v=spf1 ~all'],
    ['v=spf1 -all', 'v=spf1 -all'],
    ['v=spf1 redirect=sound.example', 'v=spf1 redirect=sound.example'],
    ['v=spf1 redirect=sound.example ?all', 'v=spf1 ~all'],
    ['v=spf1 a:host.example +all', 'v=spf1 a:host.example ~all'],
    ['v=spf1 a:host.example -all', 'v=spf1 a:host.example ~all'],
    ['v=spf1 a:gone.example -all', 'v=spf1 -all'],
    [
      'v=spf1 exists:%{l}.x.example exists:%{L}.x.example ~all',
      'v=spf1 exists:%{l}.x.example exists:%{L}.x.example ~all',
    ],
    ['v=spf1 exists:host.example a:host.example -all', 'v=spf1 a:host.example ~all'],
    ['v=spf1 exists:host.example -all', 'v=spf1 ~all'],
    ['v=spf1 exists:gone.example -all', 'v=spf1 -all'],
    ['v=spf1 ptr ~all', 'v=spf1 ptr ~all'],
    ['v=spf1 ~all a:host.example', 'v=spf1 ~all a:host.example'],
    ['v=spf1 ipv4:192.0.2.1 ~all', 'v=spf1 ip4:192.0.2.1 ~all'],
    ['v=spf1 moo ~all', null],
  ])('%s: %s', async (record, advised) => {
    expect(await advise(record)).toBe(advised);
  });

  it('leaves -all alone where no DMARC record applies, or nobody could say', async () => {
    expect(await advise('v=spf1 a:host.example -all', false)).toBe('v=spf1 a:host.example -all');
    expect(await advise('v=spf1 a:host.example -all', null)).toBe('v=spf1 a:host.example -all');
  });

  const terms = fc.constantFrom(
    'a:host.example',
    'A:host.example',
    'a:gone.example',
    '-a:host.example',
    'mx',
    'ip4:192.0.2.0/28',
    'ip4=192.0.2.77',
    'ipv4:192.0.2.78',
    'ip4:192.0.2.1,',
    'include:sound.example',
    'exists:host.example',
    '-exists:host.example',
    'exists:gone.example',
    'redirect=sound.example',
    'v=spf1',
    'x=y',
    'all',
    '?all',
    '~all',
    '-all',
    '',
  );
  const records = fc.array(terms, { maxLength: 8 }).map((list) => ['v=spf1', ...list].join(' '));

  it('is a sound record, of which nothing is left to correct', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (record) => {
        const advised = await advise(record);
        fc.pre(advised !== null);
        expect(isSpfRecord(advised) && parseSpfRecord(advised).faults.length === 0).toBe(true);
        expect(await advise(advised)).toBe(advised);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing from who sends now, unless anybody could', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (record) => {
        const before = await treeOf(record);
        const advised = advisedRecord(before.root, true);
        fc.pre(
          advised !== null && before.authorized.ip4Addresses < 2 ** 32 && before.root.state === 'record',
        );
        fc.pre(!before.root.terms.some((term) => matchesAnybody(term) && term.qualifier === '+'));
        const after = await treeOf(advised);
        expect(after.authorized.ip4Addresses).toBeGreaterThanOrEqual(before.authorized.ip4Addresses);
      }),
      { numRuns: 200 },
    );
  });
});
