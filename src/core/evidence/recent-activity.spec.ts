import { aCell, aFailingCell } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { recentActivity } from './recent-activity.js';

describe('recentActivity', () => {
  it('counts from a day on, and who saw how much of it fail', () => {
    const cells = [
      aCell({ day: '2026-03-01', reporter: 'big.example', messages: 800 }),
      aCell({ day: '2026-03-05', reporter: 'small.example', messages: 200 }),
      aCell({ day: '2026-03-09', reporter: 'big.example', messages: 100 }),
      aFailingCell({ day: '2026-03-09', reporter: 'small.example', messages: 150 }),
      aFailingCell({ day: '2026-03-10', reporter: 'small.example', messages: 50 }),
    ];
    expect(recentActivity(cells, '2026-03-06')).toEqual({
      days: 2,
      messages: 300,
      failing: 200,
      failingReporters: 1,
      reporterShare: 0.2,
    });
  });

  it('whoever has seen little of it before is no witness of weight, whatever it claims now', () => {
    const cells = [
      aCell({ day: '2026-03-01', reporter: 'big.example' }),
      aFailingCell({ day: '2026-03-10', reporter: 'liar.example', messages: 1_000_000_000 }),
    ];
    expect(recentActivity(cells, '2026-03-06')).toMatchObject({ failingReporters: 1, reporterShare: 0 });
    expect(recentActivity(cells.slice(1), '2026-03-06').reporterShare).toBe(0);
  });

  it('what failed before is no recent failing', () => {
    expect(recentActivity([aFailingCell({ day: '2026-03-05' })], '2026-03-06')).toEqual({
      days: 0,
      messages: 0,
      failing: 0,
      failingReporters: 0,
      reporterShare: 0,
    });
  });
});
