import * as fc from 'fast-check';
import { aCell, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Believed } from './strangers-word.js';
import type { Cell } from '../evidence/cell.js';
import { strangersWord } from './strangers-word.js';

const DAY = '2026-03-10';
/** Mail of another source: big.example and small.example have a standing, and so has google.com. */
const ELSEWHERE = everyDay(daysFrom('2026-02-20', '2026-03-09'), {}, [
  'big.example',
  'small.example',
  'google.com',
]);

function believed(cells: readonly Cell[]): Believed {
  return strangersWord(cells, trustOf([...ELSEWHERE, ...cells]));
}

/** What one reporter says of the source that day. */
function says(reporter: string, passed: number, failed: number): readonly Cell[] {
  return [aCell({ day: DAY, reporter, messages: passed + failed, passed })];
}

describe('what fails by the word of a stranger', () => {
  it.each<readonly [string, readonly (readonly Cell[])[], number]>([
    [
      "doesn't count when others saw it pass",
      [says('liar.example', 0, 500), says('google.com', 300, 0)],
      500,
    ],
    ['… whatever standing it has', [says('big.example', 0, 500), says('google.com', 300, 0)], 500],
    [
      '… though they are strangers as well',
      [says('big.example', 0, 500), says('small.example', 300, 0)],
      500,
    ],
    [
      'counts for as much as one that is known saw fail',
      [says('liar.example', 0, 500), says('google.com', 0, 9)],
      491,
    ],
    ['… or another stranger', [says('big.example', 0, 500), says('small.example', 0, 9)], 491],
    [
      'adds no more than the same again to the noise that others saw',
      [says('liar.example', 0, 500), says('google.com', 980, 20)],
      480,
    ],
    ['counts without other witnesses when it has a standing', [says('big.example', 0, 500)], 0],
    ["doesn't without a standing", [says('liar.example', 0, 500)], 500],
    [
      "doesn't when only another without a standing bears it out",
      [says('liar.example', 0, 500), says('sham.example', 0, 500), says('google.com', 300, 0)],
      1000,
    ],
    [
      "doesn't beside a few messages that others saw pass",
      [says('big.example', 0, 500), says('google.com', 1, 0)],
      500,
    ],
    [
      'is no matter when one that is known tells it',
      [says('google.com', 0, 500), says('big.example', 300, 0)],
      0,
    ],
  ])('%s', (_title, cells, contradicted) => {
    expect(believed(cells.flat()).contradicted).toBe(contradicted);
  });

  it('leaves its good word standing', () => {
    const { cells } = believed([...says('big.example', 40, 500), ...says('google.com', 300, 0)]);
    expect(cells).toEqual([
      { ...aCell({ day: DAY, messages: 40 }), dkimAligned: 40, spfAligned: 40 },
      ...says('google.com', 300, 0),
    ]);
  });

  it('others are asked about the same week only', () => {
    const seen = (day: string): Cell => aCell({ day, reporter: 'google.com', messages: 5000 });
    expect(believed([...says('big.example', 0, 500), seen('2026-03-09')]).contradicted).toBe(500);
    expect(believed([...says('big.example', 0, 500), seen('2026-02-25')]).contradicted).toBe(0);
  });
});

describe('what passes by the word of a stranger', () => {
  it.each<readonly [string, readonly (readonly Cell[])[], number]>([
    [
      'counts, each day, for as much as others saw',
      [says('big.example', 900, 0), says('google.com', 9, 1)],
      19,
    ],
    ['in full when it saw less than they', [says('big.example', 5, 0), says('google.com', 9, 1)], 14],
    ['in full when there were no others that week', [says('big.example', 900, 0)], 900],
    [
      'for as much as others saw that week, when they saw none that day',
      [says('big.example', 900, 0), [aCell({ day: '2026-03-09', reporter: 'google.com', messages: 9 })]],
      18,
    ],
    [
      'in full by the word of one that is known',
      [says('google.com', 900, 0), says('big.example', 9, 1)],
      909,
    ],
  ])('%s', (_title, cells, passed) => {
    const counted = believed(cells.flat()).cells;
    expect(counted.reduce((sum, it) => sum + it.passed, 0)).toBe(passed);
  });
});

describe('any word of one stranger', () => {
  const word = fc.record({ passed: fc.nat(90_000), failed: fc.nat(90_000) });

  it('hides no failing that others saw, and never makes more pass than twice what they did', () => {
    fc.assert(
      fc.property(word, word, (theirs, his) => {
        const others = says('google.com', theirs.passed, theirs.failed);
        const cells = [...others, ...says('liar.example', his.passed, his.failed)];
        const counted = believed(cells.filter((it) => it.messages > 0)).cells;
        const failing = counted.reduce((sum, it) => sum + it.messages - it.passed, 0);
        const passed = counted.reduce((sum, it) => sum + it.passed, 0);
        expect(failing).toBeGreaterThanOrEqual(theirs.failed);
        const seen = theirs.passed + theirs.failed;
        const isAlone = seen === 0; // nobody to ask
        expect(passed).toBeLessThanOrEqual(isAlone ? Infinity : theirs.passed + seen + 1); // rounded up
      }),
    );
  });
});
