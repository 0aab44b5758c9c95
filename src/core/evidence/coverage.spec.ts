import { aFailingCell, daysFrom, everyDay, reportersOf, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { DAY_MS, endOfDay } from '../instant.js';
import type { Cell } from './cell.js';
import { coverage } from './coverage.js';

const THROUGH = '2026-03-10';

function coverageOf(cells: readonly Cell[], through: string | null = THROUGH): ReturnType<typeof coverage> {
  const now = endOfDay(through ?? THROUGH) + 2 * DAY_MS;
  return coverage(reportersOf(cells), trustOf(cells), { through, now });
}

function missing(cells: readonly Cell[], through: string | null = THROUGH): readonly string[] {
  return coverageOf(cells, through)
    .filter((it) => it.missing)
    .map((it) => it.reporter);
}

describe('coverage', () => {
  const others = everyDay(daysFrom('2026-02-01', THROUGH), {}, ['big.example']);

  it.each([
    ['stopped four days ago', daysFrom('2026-02-01', '2026-03-06'), true],
    ['stopped three days ago', daysFrom('2026-02-01', '2026-03-07'), false],
    ['reported on half of the days before it stopped', daysFrom('2026-02-21', '2026-03-06'), true],
    ['reported on fewer days than half', daysFrom('2026-02-22', '2026-03-06'), false],
    ['stopped so long ago that nobody expects it', daysFrom('2026-01-01', '2026-02-15'), false],
    ['is about later days already', [...daysFrom('2026-02-01', '2026-03-06'), '2026-03-11'], false],
  ])('who %s is missing: %s', (_title, days, expected) => {
    const cells = [...others, ...everyDay(days, {}, ['small.example'])];
    expect(missing(cells)).toEqual(expected ? ['small.example'] : []);
  });

  it('nobody is missing before a day has closed', () => {
    expect(missing(everyDay(daysFrom('2026-02-01', '2026-03-01')), null)).toEqual([]);
  });

  it('weighs by mail that passed, the largest first', () => {
    const cells = [
      ...everyDay([THROUGH], { messages: 10 }, ['small.example']),
      ...everyDay([THROUGH], { messages: 90 }, ['big.example']),
      aFailingCell({ day: THROUGH, reporter: 'small.example', messages: 1_000_000 }),
    ];
    expect(coverageOf(cells)).toEqual([
      { reporter: 'big.example', known: false, messages: 10, lastDay: THROUGH, late: false, missing: false },
      {
        reporter: 'small.example',
        known: false,
        messages: 10,
        lastDay: THROUGH,
        late: false,
        missing: false,
      },
    ]);
  });

  it('a receiver that only ever saw abuse is not missed when the abuse ends', () => {
    const abuse = daysFrom('2026-02-01', '2026-03-01').map((day) =>
      aFailingCell({ day, reporter: 'abused.example', messages: 9000 }),
    );
    expect(missing([...others, ...abuse])).toEqual([]);
  });
});
