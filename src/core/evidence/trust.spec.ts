import * as fc from 'fast-check';
import { aCell, aFailingCell, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import { DAY_MS } from '../instant.js';
import { ReportingDays } from './reporting-days.js';
import { Trust } from './trust.js';

const week = daysFrom('2026-03-01', '2026-03-07');

/** Three reporters for a week: one that is known, two that aren't. */
const THREE = [
  ...everyDay(week, { messages: 50 }, ['google.com']),
  ...everyDay(week, { messages: 20 }, ['mid.example']),
  ...everyDay(week, { messages: 10 }, ['small.example']),
];

describe('whose word stands alone', () => {
  it.each<readonly [string, readonly Cell[], string, boolean]>([
    ['one that is known', THREE, 'google.com', true],
    ['one that is known, under a name below it', THREE, 'mail.google.com', true],
    ['a stranger', THREE, 'mid.example', false],
    [
      'a stranger, when nobody else sees mail of yours',
      everyDay(week, {}, ['mid.example']),
      'mid.example',
      true,
    ],
    [
      '… and others see only what fails',
      [...everyDay(week, {}, ['mid.example']), aFailingCell({ reporter: 'google.com' })],
      'mid.example',
      true,
    ],
    ['one that has never been heard of', THREE, 'liar.example', false],
    [
      'a stranger that sees only what fails',
      [aFailingCell({ reporter: 'liar.example' })],
      'liar.example',
      false,
    ],
  ])('%s: %#', (_title, cells, reporter, expected) => {
    expect(trustOf(cells).standsAlone(reporter)).toBe(expected);
  });
});

describe('who has a standing', () => {
  it.each<readonly [string, readonly Cell[], string, boolean]>([
    ['who has seen your mail pass on seven days', THREE, 'small.example', true],
    ['who has on six', everyDay(week.slice(1), {}, ['new.example']), 'new.example', false],
    [
      'who saw it fail on seven',
      week.map((day) => aFailingCell({ day, reporter: 'new.example' })),
      'new.example',
      false,
    ],
    ['one that is known, from the first day on', [], 'google.com', true],
  ])('%s', (_title, cells, reporter, expected) => {
    expect(trustOf(cells).hasStanding(reporter)).toBe(expected);
  });
});

describe('how much a reporter weighs', () => {
  it.each([
    ['google.com', 350],
    ['mid.example', 140],
    ['small.example', 70],
    ['liar.example', 0],
  ])('%s: %i messages that passed', (reporter, weight) => {
    expect(trustOf(THREE).weightOf(reporter)).toBe(weight);
  });

  it('a stranger no more than all others together, one that is known in full', () => {
    const loud = trustOf([...THREE, ...everyDay(week, { messages: 200_000 }, ['loud.example'])]);
    expect([loud.weightOf('loud.example'), loud.total()]).toEqual([560, 1120]);
    const fresh = trustOf([...THREE, aCell({ reporter: 'fresh.example', messages: 1_000_000 })]);
    expect([fresh.weightOf('fresh.example'), fresh.total()]).toEqual([0, 560]);
    const large = trustOf([...THREE, aCell({ reporter: 'microsoft.com', messages: 1_000_000 })]);
    expect(large.weightOf('microsoft.com')).toBe(1_000_000);
  });

  it('at most doubles the whole, whatever one stranger claims', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (messages) => {
        const claims = messages === 0 ? [] : [aCell({ reporter: 'liar.example', messages })];
        expect(trustOf([...THREE, ...claims]).total()).toBeLessThanOrEqual(2 * trustOf(THREE).total());
      }),
    );
  });
});

describe('more than one word', () => {
  it.each<readonly [readonly string[], boolean]>([
    [[], false],
    [['mid.example'], false],
    [['mid.example', 'small.example'], true],
    [['google.com'], true],
  ])('%o: %s', (reporters, expected) => {
    expect(trustOf(THREE).isAttested(new Set(reporters))).toBe(expected);
  });
});

describe('who is heard', () => {
  const abuse = (days: readonly string[], reporter: string): readonly Cell[] =>
    days.map((day) => aFailingCell({ day, reporter }));

  it.each<readonly [string, readonly Cell[], string, boolean]>([
    ['one without a standing is not, where another has one', THREE, 'new.example', false],
    [
      '… nor where one that is known has seen mail of yours',
      [aCell({ reporter: 'google.com' })],
      'new.example',
      false,
    ],
    ['everybody is in the first days', [aCell({ reporter: 'mid.example' })], 'new.example', true],
    [
      'who has told of abuse for a week is, where nothing passes',
      abuse(week, 'mid.example'),
      'mid.example',
      true,
    ],
    ['… and nobody else is then', abuse(week, 'mid.example'), 'new.example', false],
  ])('%s', (_title, cells, reporter, expected) => {
    expect(trustOf(cells).canBearOut(reporter)).toBe(expected);
  });

  it.each([
    [0, false],
    [6, true],
  ])("a week's reports that came within %i days give a standing: %s", (over, expected) => {
    const reporting = new ReportingDays();
    reporting.add(everyDay(week, {}, ['new.example']));
    for (const [at, day] of week.entries()) {
      reporting.arrived({ reporter: 'new.example', day, at: Math.min(at, over) * DAY_MS });
    }
    expect(new Trust(reporting.all()).hasStanding('new.example')).toBe(expected);
  });
});

describe('the last thing that more than one stranger says', () => {
  it.each<readonly [Readonly<Record<string, number>>, number | null]>([
    [{ 'mid.example': 9, 'small.example': 4, 'google.com': 2 }, 4],
    [{ 'mid.example': 9, 'small.example': 4, 'google.com': 6 }, 6],
    [{ 'liar.example': 9, 'small.example': 4, 'google.com': 2 }, 2],
    [{ 'liar.example': 9, 'small.example': 4 }, 4],
    [{ 'liar.example': 9 }, null],
  ])('%j: %s', (said, expected) => {
    expect(trustOf(THREE).borneOut(new Map(Object.entries(said)), (a, b) => a - b)).toBe(expected);
  });
});

describe('the signature', () => {
  const before = trustOf(THREE).signature;

  it.each<readonly [string, readonly Cell[], boolean]>([
    ['more of the same', everyDay(['2026-03-08'], {}, ['mid.example', 'small.example']), true],
    ['a new reporter, on its first day', [aCell({ reporter: 'new.example' })], true],
    ['a new reporter with a standing', everyDay(week, {}, ['new.example']), false],
    ['a million that fail', [aFailingCell({ reporter: 'liar.example', messages: 1_000_000 })], true],
  ])('after %s is as before: %s', (_title, cells, isSame) => {
    expect(trustOf([...THREE, ...cells]).signature === before).toBe(isSame);
  });

  it('changes when somebody is no longer the only one', () => {
    const one = everyDay(week, {}, ['mid.example']);
    const two = everyDay(week, {}, ['new.example']);
    expect(trustOf([...one, ...two]).signature).not.toBe(trustOf(one).signature);
    expect(trustOf([...one, ...two.slice(1)]).signature).toBe(trustOf(one).signature);
  });
});
