import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReportHead, ReportRecord } from '../../src/core/report/report.js';
import { DEFAULT_REPORT_LIMITS } from '../../src/core/report/limits.js';
import { ReportReader, type ReadEnd } from '../../src/core/report/report-reader.js';
import { WalkReading } from '../../src/core/report/report-reading.js';
import { dice, mutate, pieces, unbalance } from './mutations.js';

/**
 * Bounded in the suite, and always the same there. `FUZZ_SECONDS=600 npx vitest run test/fuzz` goes on for as long with
 * another seed; `FUZZ_SEED=…` repeats one that failed.
 */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0);
const SEED = Number(process.env['FUZZ_SEED'] ?? (SECONDS > 0 ? Date.now() % 1_000_000_000 : 1));
const ROUNDS = 1500;

const FIXTURES = new URL('../fixtures/reports/', import.meta.url);
const seeds = readdirSync(FIXTURES)
  .sort()
  .map((name) => readFileSync(new URL(name, FIXTURES), 'utf8'));

/** What a record has but one of. */
const SINGLE =
  /<(?:[\w.-]+:)?(?:row|source_ip|count|policy_evaluated|identifiers|identities|header_from)(?![\w.-])/;

interface Read {
  readonly heads: readonly ReportHead[];
  readonly records: readonly ReportRecord[];
  readonly end: ReadEnd;
}

function read(parts: readonly string[]): Read {
  const heads: ReportHead[] = [];
  const records: ReportRecord[] = [];
  const reader = new ReportReader({
    open: (head) => {
      if (records.length > 0) throw new Error('a record before the head');
      heads.push(head);
    },
    take: (record) => {
      if (heads.length !== 1) throw new Error('a record without its head');
      records.push(record);
    },
  });
  for (const part of parts) reader.push(part);
  return { heads, records, end: reader.end() };
}

/** What the walk alone gives, without gathering small pieces into large ones. */
function walk(parts: readonly string[]): unknown {
  const records: ReportRecord[] = [];
  const reading = new WalkReading(DEFAULT_REPORT_LIMITS);
  reading.gathering.releaseTo({ open: () => {}, take: (record) => records.push(record) });
  for (const part of parts) reading.feed(part);
  return { records, end: reading.end('') };
}

/** Why what was read can't be right; null when it can. */
function faultOf(text: string, { heads, records, end }: Read): string | null {
  const begun = text.split(/<(?:[\w.-]+:)?record(?![\w.-])/).length - 1;
  if (records.length > begun) return `${records.length} rows of ${begun} records`;
  if (records.some((record) => !isSound(record))) return 'a row with what it may not have';
  if (end.status === 'rejected') return end.reason === '' ? 'no reason' : null;
  if (end.totals.records !== records.length) return 'another number of rows than was given';
  // A record may be kept, and its second part be dropped.
  const seconds = text.split(SINGLE).length - 1;
  if (end.dropped + records.length > begun + seconds + 1) return 'more dropped rows than there are';
  if (heads.length !== 1 || heads[0] !== end.head) return 'no head, or more than one';
  return (end.status === 'accepted') === (end.dropped === 0) ? null : 'a status that is not so';
}

function isSound(record: ReportRecord): boolean {
  const { count, dkimResults, spfResults, reasons, ...words } = record;
  const lists = [...dkimResults, ...spfResults, ...reasons].flatMap((item): readonly unknown[] =>
    Object.values(item),
  );
  const texts = [...Object.values(words), ...lists].filter((value) => typeof value === 'string');
  return (
    Number.isInteger(count) &&
    count >= 1 &&
    count <= 1_000_000_000 &&
    texts.every((text) => text.length <= 2 * DEFAULT_REPORT_LIMITS.textLength && !/\p{Cc}/u.test(text))
  );
}

describe('a report that is damaged in any way', () => {
  it(
    'is read or refused, the same in one piece and in many, and gives no row too many',
    () => {
      expect(seeds.length).toBeGreaterThan(80);
      const until = Date.now() + SECONDS * 1000;
      const told = new Map<string, number>();
      for (let round = 0; SECONDS > 0 ? Date.now() < until : round < ROUNDS; round += 1) {
        const status = roundOf(SEED + round);
        told.set(status, (told.get(status) ?? 0) + 1);
      }
      expect([...told.keys()].sort()).toEqual(['accepted', 'partial', 'rejected']);
    },
    1000 * (SECONDS + 60),
  );
});

describe('a report that is cut off, or in which a tag is lost or doubled', () => {
  it('gives none but its own rows', () => {
    const wrong: unknown[] = [];
    // Records behind the end become its own when that end is lost.
    const complete = seeds.filter((text) => !isFollowed(read([text])));
    for (let round = 0; round < ROUNDS; round += 1) {
      const roll = dice(SEED + round);
      const whole = complete[roll(complete.length)] ?? '';
      const own = read([whole]).records.map((record) => JSON.stringify(record));
      const damaged = unbalance(whole, roll);
      for (const record of read([damaged]).records) {
        const at = own.indexOf(JSON.stringify(record));
        if (at === -1) wrong.push({ damaged, record });
        else own.splice(at, 1);
      }
    }
    expect(wrong).toEqual([]);
  });
});

function isFollowed({ end }: Read): boolean {
  return (
    end.status === 'partial' && end.firstDropped.some(({ reason }) => reason.includes('follows the end'))
  );
}

/** One text, read whole and in pieces; gives its status. */
function roundOf(seed: number): string {
  const roll = dice(seed);
  const text = mutate(seeds[roll(seeds.length)] ?? '', roll);
  try {
    const whole = read([text]);
    expect(faultOf(text, whole)).toBeNull();
    expect(JSON.stringify(read(pieces(text, roll)))).toBe(JSON.stringify(whole));
    expect(JSON.stringify(walk(pieces(text, roll)))).toBe(JSON.stringify(walk([text])));
    return whole.end.status;
  } catch (cause) {
    throw new Error(`FUZZ_SEED=${seed} fails first`, { cause });
  }
}
