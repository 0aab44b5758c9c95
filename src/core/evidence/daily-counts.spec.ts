import { aCell, aFailingCell, anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import type { DailyCount } from './assessment.js';
import { assessAll } from './assess.js';
import { dailyCounts } from './daily-counts.js';
import { startOfDay } from '../instant.js';

function countsOf(cells: readonly Cell[]): readonly DailyCount[] {
  const [evidence, domain] = [anEvidence(cells), 'shop.example'];
  const question = { domain, windowStart: startOfDay('2026-02-28'), now: startOfDay('2026-04-01') };
  return dailyCounts(evidence, domain, assessAll(evidence, question));
}

describe('daily counts', () => {
  it('split passes, forwarded passes and failures by class', () => {
    const cells = [
      aCell({ day: '2026-03-20', messages: 40, passed: 30 }),
      aCell({ day: '2026-03-20', messages: 6, forwarded: 6, ip: '198.51.100.3' }),
      aFailingCell({ day: '2026-03-20', messages: 9, authenticatedAs: 'vendor.example' }),
    ];
    expect(countsOf(cells)).toEqual([
      { day: '2026-03-20', closed: true, passed: 30, forwarded: 6, failing: 10, unknown: 9, hostile: 0 },
    ]);
  });

  it('show hostile mail beside the rest, of days before the window too', () => {
    const days = daysFrom('2026-02-01', '2026-03-31');
    const abuse = days.map((day, at) =>
      aFailingCell({ day, reporter: 'abused.example', ip: `203.0.${at}.1`, messages: 15_000 }),
    );
    const counts = countsOf([...everyDay(days), ...abuse]);
    const each = { closed: true, passed: 200, forwarded: 0, failing: 0, unknown: 0, hostile: 15_000 };
    expect([counts.length, counts[0], counts.at(-1)]).toEqual([
      days.length,
      { day: '2026-02-01', ...each },
      { day: '2026-03-31', ...each },
    ]);
  });

  it('put mail of subdomains to the same days', () => {
    const own = aCell({ day: '2026-03-20', messages: 40 });
    const news = aCell({ day: '2026-03-20', messages: 5, headerFrom: 'news.shop.example' });
    expect(countsOf([own, news])).toMatchObject([{ day: '2026-03-20', passed: 45 }]);
  });
});
