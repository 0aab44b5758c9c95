import { aCell, aFailingCell, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../evidence/cell.js';
import type { SourceDecision } from './source.js';
import type { Classified, Surroundings } from './classify-source.js';
import { classifySource } from './classify-source.js';
import { sourceHistory } from './source-history.js';

/** 500 messages a day: in four weeks the floor is 14 messages for a sender and 70 for a network. */
const AROUND: Surroundings = {
  today: '2026-03-31',
  ownPerDay: 500,
  ownDays: 300,
  throwaways: null,
  steadyDays: 14,
};
const march = daysFrom('2026-03-01', '2026-03-31');
const VENDOR = { authenticatedAs: 'vendor.example' };

/** Mail of another server, which all receivers see pass. */
const ELSEWHERE = everyDay(march);

function classified(
  cells: readonly Cell[],
  around = AROUND,
  decision: SourceDecision | null = null,
): Classified {
  const trust = trustOf([...ELSEWHERE, ...cells]);
  const name = cells[0]?.authenticatedAs ?? null;
  const id = name === null ? 'net:203.0.113.0/24' : `domain:${name}`;
  const history = sourceHistory(cells, trust);
  return classifySource({ id, history, isFromOwnAddress: false, isFromForwarder: false, decision }, around);
}

function classOf(cells: readonly Cell[], around = AROUND, decision: SourceDecision | null = null): string {
  return classified(cells, around, decision).class;
}

/** Failing mail as a reporter tells of it whom everybody knows. */
function failing(days: readonly string[], messages: number, patch: Partial<Cell> = {}): readonly Cell[] {
  return days.map((day) =>
    aFailingCell({ day, messages, reporter: 'google.com', ip: '203.0.113.5', ...patch }),
  );
}

type Row = readonly [title: string, cells: readonly Cell[], expected: string];

function everyNth(n: number): readonly string[] {
  return march.filter((_day, at) => at % n === 0);
}

function check({ cells, expected }: { readonly cells: readonly Cell[]; readonly expected: string }): void {
  expect(classOf(cells)).toBe(expected);
}

function table(rows: readonly Row[]): readonly { name: string; cells: readonly Cell[]; expected: string }[] {
  return rows.map(([name, cells, expected]) => ({ name, cells, expected }));
}

describe('mail that has passed as yours', () => {
  it.each(
    table([
      ['once, and not forwarded', [aCell({ messages: 1 })], 'authorized'],
      ['by the word of one stranger, and none fails', [aCell({ messages: 1 })], 'authorized'],
      [
        'once, by the word of somebody known, beside much that fails',
        [aCell({ messages: 1, reporter: 'google.com' }), ...failing(march, 50)],
        'authorized',
      ],
      [
        'by the word of two strangers',
        [aCell({ messages: 1 }), aCell({ messages: 1, reporter: 'small.example' }), ...failing(march, 50)],
        'authorized',
      ],
      [
        'by the word of one stranger alone, beside much that others see fail',
        [aCell({ messages: 1 }), ...failing(march, 50, VENDOR)],
        'unknown',
      ],
      [
        'the same, where receivers say that it was passed on',
        failing(march, 50, { brokenSignature: 50, indirect: 40 }),
        'forwarder',
      ],
    ]),
  )('$name: $expected', check);
});

describe('mail that comes by others', () => {
  it.each(
    table([
      ['only forwarded passes', [aCell({ forwarded: 100 })], 'forwarder'],
      [
        'your signature broken, at a host that authenticates as itself',
        failing(march, 50, { ...VENDOR, brokenSignature: 40 }),
        'forwarder',
      ],
      [
        'your signature broken in the smaller part of its mail',
        failing(march, 50, { ...VENDOR, brokenSignature: 25 }),
        'unknown',
      ],
      [
        '… at one that is known to keep lists',
        failing(march, 50, { authenticatedAs: 'groups.io', brokenSignature: 1 }),
        'forwarder',
      ],
      [
        'list mail, say receivers, from a host that authenticates as itself',
        failing(march, 50, { ...VENDOR, indirect: 40 }),
        'forwarder',
      ],
      [
        'your signature broken on three days only: marks are easily made',
        failing(march.slice(-3), 50, { ...VENDOR, brokenSignature: 50 }),
        'unknown',
      ],
      [
        'your signature broken on four',
        failing(march.slice(-4), 50, { ...VENDOR, brokenSignature: 50 }),
        'forwarder',
      ],
      [
        'a made-up signature, at a host that is nobody and comes and goes',
        failing(['2026-03-30'], 50, { brokenSignature: 50 }),
        'hostile',
      ],
      [
        'your signature broken, at a host that is nobody but always there',
        failing(march, 50, { brokenSignature: 50 }),
        'unknown',
      ],
      [
        'the same, where receivers say that it was passed on',
        failing(march, 50, { brokenSignature: 50, indirect: 40 }),
        'forwarder',
      ],
    ]),
  )('$name: $expected', check);
});

describe('a sender that authenticates as itself and fails', () => {
  it.each(
    table([
      ['sends every day', failing(march, 50, VENDOR), 'unknown'],
      ['too little to matter', failing(march.slice(-2), 6, VENDOR), 'hostile'],
      ['just enough', failing(march.slice(-2), 7, VENDOR), 'unknown'],
      [
        'a trickle over a long time',
        failing(['2025-06-01', '2025-12-01', '2026-03-30'], 50, VENDOR),
        'hostile',
      ],
      ['more than a trickle', failing(['2025-06-01', '2025-12-01', '2026-03-30'], 51, VENDOR), 'unknown'],
      ['came for a week, lately', failing(daysFrom('2026-02-09', '2026-02-15'), 90, VENDOR), 'unknown'],
      ['… and not for 45 days since', failing(daysFrom('2026-02-08', '2026-02-14'), 90, VENDOR), 'hostile'],
      ['stayed for eight days', failing(daysFrom('2026-02-07', '2026-02-14'), 90, VENDOR), 'unknown'],
      ['came twice, however long ago', failing(['2025-11-01', '2025-12-01'], 90, VENDOR), 'unknown'],
      [
        'is seen by a stranger alone, who sees other mail of yours',
        failing(march, 50, { ...VENDOR, reporter: 'small.example' }),
        'unknown',
      ],
      [
        'is seen by a stranger alone, who sees none',
        failing(march, 50, { ...VENDOR, reporter: 'liar.example' }),
        'hostile',
      ],
    ]),
  )('$name: $expected', check);
});

describe('a network that authenticates as nobody', () => {
  it.each(
    table([
      ['sends on every second day', failing(everyNth(2), 9), 'unknown'],
      ['sends on every third day', failing(everyNth(3), 9), 'hostile'],
      ['sends too little to matter', failing(march, 2), 'hostile'],
      ['sends just enough', failing(march, 3), 'unknown'],
      ['has only just begun', failing(march.slice(-13), 50), 'hostile'],
      ['has been there for two weeks', failing(march.slice(-14), 50), 'unknown'],
      ['came and went', failing(march.slice(0, 3), 9000), 'hostile'],
    ]),
  )('$name: $expected', check);
});

describe('the floor below which nobody is asked', () => {
  it.each([
    ['a domain that sends nothing asks about four messages', { ownPerDay: 0 }, 4],
    ['a young domain asks no more than a share of its own days', { ownPerDay: 5000, ownDays: 4 }, 20],
    ['… and at least of those in which the sender was active', { ownPerDay: 5000, ownDays: 1 }, 10],
    ['an old one no more than a share of four weeks', { ownPerDay: 5000, ownDays: 900 }, 140],
  ])('%s', (_title, patch, floor) => {
    const around = { ...AROUND, ...patch };
    const [less, enough] = [floor - 1, floor].map((messages) => [
      ...failing(['2026-03-30'], messages - 1, VENDOR),
      ...failing(['2026-03-31'], 1, VENDOR),
    ]);
    expect([classOf(less ?? [], around), classOf(enough ?? [], around)]).toEqual(['hostile', 'unknown']);
  });
});

describe('where senders come and go as a habit', () => {
  const around: Surroundings = { ...AROUND, throwaways: { seen: 5, longestVisit: 3 } };

  it.each([
    ['one more that came for three days', 'fresh.example', 3, 'hostile'],
    ['one that stays longer than those did', 'fresh.example', 4, 'unknown'],
    ['a well-known service', 'sendgrid.net', 3, 'unknown'],
    ['a mailbox provider, where anybody may write', 'outlook.com', 3, 'hostile'],
  ])('%s: %s for %i days is %s', (_title, authenticatedAs, days, expected) => {
    expect(classOf(failing(march.slice(-days), 90, { authenticatedAs }), around)).toBe(expected);
  });
});

describe('the class', () => {
  it('what fails at an address whose mail has passed as yours is yours', () => {
    const cells = failing(['2026-03-31'], 1);
    const source = {
      id: 'host:203.0.113.0/24',
      history: sourceHistory(cells, trustOf(cells)),
      decision: null,
    };
    expect(classifySource({ ...source, isFromOwnAddress: true, isFromForwarder: false }, AROUND).class).toBe(
      'authorized',
    );
    expect(classifySource({ ...source, isFromOwnAddress: false, isFromForwarder: false }, AROUND).class).toBe(
      'hostile',
    );
  });

  it.each(['authorized', 'hostile'] as const)("is settled by a person's word: %s", (word) => {
    const decision = { source: 'x', class: word, note: 'our CRM', by: 'ann', at: 0 };
    expect(classified(failing(march, 50, VENDOR), AROUND, decision)).toEqual({
      class: word,
      reasons: ['our CRM'],
      settledBy: 'ann',
    });
  });

  it('says why', () => {
    const { reasons } = classified(failing(march, 50, VENDOR));
    expect(reasons).toEqual(['1550 messages authenticate as the sender itself, but not as you']);
  });

  it('says what was left out, and why', () => {
    const cells = [...everyDay(march), ...failing(['2026-03-31'], 5000, { reporter: 'liar.example' })];
    const { reasons } = classified(cells);
    expect(reasons.at(-1)).toBe("5000 failing messages that one reporter alone claims don't count");
  });
});
