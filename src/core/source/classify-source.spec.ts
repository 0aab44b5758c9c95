import { aCell, aFailingCell, daysFrom } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../evidence/cell.js';
import type { SourceDecision } from './source.js';
import { classifySource } from './classify-source.js';
import { sourceHistory } from './source-history.js';

/** 500 messages a day: the floor is 70 in four weeks. */
const AROUND = { today: '2026-03-31', ownPerDay: 500, ownDays: 300 };
const VENDOR = { authenticatedAs: 'vendor.example' };

function classOf(cells: readonly Cell[], around = AROUND, decision: SourceDecision | null = null): string {
  return classifySource(sourceHistory(cells), around, decision).class;
}

function failing(days: readonly string[], messages: number, patch: Partial<Cell> = {}): readonly Cell[] {
  return days.map((day) => aFailingCell({ day, messages, ip: '203.0.113.5', ...patch }));
}

const march = daysFrom('2026-03-01', '2026-03-31');

describe('classifySource', () => {
  it.each<readonly [string, readonly Cell[], string]>([
    ['passes of its own that are not forwarded', [aCell({ messages: 1 })], 'authorized'],
    ['mostly failing mail and one own pass', [aCell({ messages: 1 }), ...failing(march, 50)], 'authorized'],
    ['only forwarded passes', [aCell({ forwarded: 100 })], 'forwarder'],
    [
      'our signature broken at a host that authenticates as itself',
      failing(march, 50, { ...VENDOR, brokenSignature: 40 }),
      'forwarder',
    ],
    [
      'our signature broken in the smaller part of its mail',
      failing(march, 50, { ...VENDOR, brokenSignature: 25 }),
      'unknown',
    ],
    [
      'a made-up signature at a host that is nobody',
      failing(['2026-03-30'], 50, { brokenSignature: 50 }),
      'hostile',
    ],
    ['failing mail that authenticates as itself', failing(march, 50, VENDOR), 'unknown'],
    ['the same, but too little to matter', failing(['2026-03-30', '2026-03-31'], 34, VENDOR), 'hostile'],
    ['just enough of it', failing(['2026-03-30', '2026-03-31'], 35, VENDOR), 'unknown'],
    [
      'a trickle over a long time',
      failing(['2025-06-01', '2025-12-01', '2026-03-30'], 200, VENDOR),
      'hostile',
    ],
    ['one day of it, lately', failing(['2026-02-15'], 90, VENDOR), 'unknown'],
    ['one day of it, and no second month', failing(['2026-02-14'], 90, VENDOR), 'hostile'],
    ['two days of it, however long ago', failing(['2025-11-01', '2025-12-01'], 90, VENDOR), 'unknown'],
    [
      'a network that is nobody but sends on most days',
      failing(
        march.filter((_day, at) => at % 5 < 3),
        9,
      ),
      'unknown',
    ],
    [
      'the same on fewer days',
      failing(
        march.filter((_day, at) => at % 2 === 0),
        9,
      ),
      'hostile',
    ],
    ['a network that has only just begun', failing(march.slice(-13), 50), 'hostile'],
    ['a network that came and went', failing(march.slice(0, 3), 9000), 'hostile'],
  ])('%s: %s', (_title, cells, expected) => {
    expect(classOf(cells)).toBe(expected);
  });

  it('a domain that sends nothing still asks about a sender of four messages', () => {
    const parked = { ...AROUND, ownPerDay: 0 };
    expect(classOf(failing(['2026-03-30', '2026-03-31'], 2, VENDOR), parked)).toBe('unknown');
    expect(classOf(failing(['2026-03-31'], 3, VENDOR), parked)).toBe('hostile');
  });

  it('a young domain asks no more of a sender than a month of its own mail', () => {
    const young = { ...AROUND, ownDays: 4 };
    expect(classOf(failing(['2026-03-30', '2026-03-31'], 5, VENDOR), young)).toBe('unknown');
    expect(classOf(failing(['2026-03-30', '2026-03-31'], 4, VENDOR), young)).toBe('hostile');
  });

  it.each(['authorized', 'hostile'] as const)("a person's word settles it: %s", (word) => {
    const decision = { source: 'x', class: word, note: 'our CRM', by: 'ann', at: 0 };
    expect(classifySource(sourceHistory(failing(march, 50, VENDOR)), AROUND, decision)).toEqual({
      class: word,
      reasons: ['our CRM'],
      settledBy: 'ann',
    });
  });

  it('says why', () => {
    const { reasons } = classifySource(sourceHistory(failing(march, 50, VENDOR)), AROUND, null);
    expect(reasons).toEqual(['1550 messages authenticate as the sender itself, but not as you']);
  });
});
