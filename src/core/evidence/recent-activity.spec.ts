import { aCell, aFailingCell, daysFrom, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import type { RecentActivity } from './assessment.js';
import { recentActivity } from './recent-activity.js';

function since(cells: readonly Cell[], from: string): RecentActivity {
  return recentActivity(cells, from, trustOf(cells));
}

describe('recentActivity', () => {
  it('counts from a day on, and who saw how much of it fail', () => {
    const cells = [
      aCell({ day: '2026-03-01', reporter: 'big.example', messages: 800 }),
      aCell({ day: '2026-03-05', reporter: 'google.com', messages: 200 }),
      aCell({ day: '2026-03-09', reporter: 'big.example', messages: 100 }),
      aFailingCell({ day: '2026-03-09', reporter: 'google.com', messages: 150 }),
      aFailingCell({ day: '2026-03-10', reporter: 'google.com', messages: 50 }),
    ];
    expect(since(cells, '2026-03-06')).toEqual({
      days: 2,
      messages: 300,
      failing: 200,
      failingReporters: 1,
      reporterShare: 0.2,
    });
  });

  it.each([
    [
      'one that everybody knows, by what it saw before',
      'google.com',
      { failingReporters: 1, reporterShare: 0.5 },
    ],
    ['a stranger, whatever it saw before', 'small.example', { failingReporters: 1, reporterShare: 0 }],
  ])('how much of a witness it is: %s', (_title, reporter, expected) => {
    const before = daysFrom('2026-02-20', '2026-03-01').flatMap((day) => [
      aCell({ day, reporter: 'big.example' }),
      aCell({ day, reporter }),
    ]);
    const now = aFailingCell({ day: '2026-03-10', reporter, messages: 1_000_000_000 });
    expect(since([...before, now], '2026-03-06')).toMatchObject(expected);
  });

  it('what a stranger alone claims, who never saw mail of yours, is nothing that happened', () => {
    const cells = [
      ...daysFrom('2026-02-20', '2026-03-01').map((day) => aCell({ day, reporter: 'big.example' })),
      aFailingCell({ day: '2026-03-10', reporter: 'liar.example', messages: 1_000_000_000 }),
    ];
    expect(since(cells, '2026-03-06')).toMatchObject({ messages: 0, failing: 0, failingReporters: 0 });
  });

  it('what failed before is no recent failing', () => {
    expect(since([aFailingCell({ day: '2026-03-05' })], '2026-03-06')).toEqual({
      days: 0,
      messages: 0,
      failing: 0,
      failingReporters: 0,
      reporterShare: 0,
    });
  });
});
