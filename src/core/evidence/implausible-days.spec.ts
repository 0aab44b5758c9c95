import { aCell, aFailingCell, daysFrom, everyDay, reportersOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import { addDays } from '../instant.js';
import { implausibleDays } from './implausible-days.js';

const DAY = '2026-03-20';
const before = daysFrom('2026-03-01', '2026-03-19');

/** Some weeks in which each of these sees so many messages pass a day. */
function usual(perDay: Readonly<Record<string, number>>): readonly Cell[] {
  return Object.entries(perDay).flatMap(([reporter, messages]) => everyDay(before, { messages }, [reporter]));
}

function on(day: string, perReporter: Readonly<Record<string, number>>): readonly Cell[] {
  return Object.entries(perReporter).map(([reporter, messages]) => aCell({ day, reporter, messages }));
}

function setAside(...cells: readonly (readonly Cell[])[]): readonly string[] {
  return [...implausibleDays(reportersOf(cells.flat())).keys()];
}

const TWO = usual({ 'google.com': 200, 'small.example': 100 });

describe('what is set aside', () => {
  it.each<readonly [string, readonly Cell[], readonly Cell[], readonly string[]]>([
    ['nothing, on a day like others', TWO, on(DAY, { 'google.com': 200, 'small.example': 100 }), []],
    ['no campaign that all see', TWO, on(DAY, { 'google.com': 200_000, 'small.example': 90_000 }), []],
    [
      "a stranger's 90,000 that nobody else sees",
      TWO,
      on(DAY, { 'google.com': 200, 'small.example': 90_000 }),
      [`small.example ${DAY}`],
    ],
    [
      "a newcomer's 90,000",
      TWO,
      on(DAY, { 'google.com': 200, 'small.example': 100, 'liar.example': 90_000 }),
      [`liar.example ${DAY}`],
    ],
    [
      'the same while the others are not in yet: they are known by what they usually see',
      TWO,
      on(DAY, { 'liar.example': 90_000 }),
      [`liar.example ${DAY}`],
    ],
    [
      'not what a newcomer could well have seen',
      TWO,
      on(DAY, { 'google.com': 200, 'small.example': 100, 'new.example': 3000 }),
      [],
    ],
    [
      "the jump of one that is known, while nobody else's numbers rise",
      TWO,
      on(DAY, { 'google.com': 90_000, 'small.example': 100 }),
      [`google.com ${DAY}`],
    ],
    ['not ten times as much', TWO, on(DAY, { 'google.com': 2000, 'small.example': 100 }), []],
    [
      'not a thousand messages, however unusual',
      usual({ 'google.com': 5, 'small.example': 2 }),
      on(DAY, { 'google.com': 5, 'small.example': 1000 }),
      [],
    ],
    [
      'one more than a thousand',
      usual({ 'google.com': 5, 'small.example': 2 }),
      on(DAY, { 'google.com': 5, 'small.example': 1001 }),
      [`small.example ${DAY}`],
    ],
    [
      'nothing of the only reporter that there is, when it is its first day',
      [],
      on(DAY, { 'small.example': 90_000 }),
      [],
    ],
    [
      'no large numbers of one that is known, when it is its first day',
      usual({ 'small.example': 100 }),
      on(DAY, { 'google.com': 90_000, 'small.example': 100 }),
      [],
    ],
  ])('%s', (_title, history, today, expected) => {
    expect(setAside(history, today)).toEqual(expected);
  });

  it('says what is wrong with it', () => {
    const found = implausibleDays(
      reportersOf([...TWO, ...on(DAY, { 'google.com': 200, 'liar.example': 90_000 })]),
    );
    expect([...found.values()]).toEqual([
      {
        reporter: 'liar.example',
        day: DAY,
        why: 'reports 90000 messages that passed, where all others together see 300',
      },
    ]);
  });

  it('mail that fails decides nothing here', () => {
    const abuse = aFailingCell({ day: DAY, reporter: 'small.example', messages: 9_000_000 });
    expect(setAside(TWO, [abuse])).toEqual([]);
  });

  it('the first to tell of a campaign waits for the second', () => {
    const first = on(DAY, { 'google.com': 4000 });
    expect(setAside(TWO, first)).toEqual([`google.com ${DAY}`]);
    expect(setAside(TWO, first, on(DAY, { 'small.example': 2000 }))).toEqual([]);
  });

  it('a campaign counts as one though some are not in yet, once most are', () => {
    const many = usual({ 'google.com': 200, 'yahoo.com': 200, 'small.example': 100 });
    expect(setAside(many, on(DAY, { 'google.com': 4000, 'yahoo.com': 4000 }))).toEqual([]);
  });
});

describe('who stays at a new height', () => {
  const later = daysFrom(DAY, addDays(DAY, 30));

  it('is believed in time when it is known', () => {
    const grown = later.flatMap((day) => on(day, { 'google.com': 90_000, 'small.example': 100 }));
    const days = setAside(TWO, grown);
    expect(days[0]).toBe(`google.com ${DAY}`);
    expect(days.length).toBeLessThanOrEqual(14);
    expect(days).not.toContain(`google.com ${later.at(-1)}`);
  });

  it('is never believed when it is a stranger', () => {
    const grown = later.flatMap((day) => on(day, { 'google.com': 200, 'small.example': 90_000 }));
    expect(setAside(TWO, grown)).toEqual(later.map((day) => `small.example ${day}`));
  });
});
