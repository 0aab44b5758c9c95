import { daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { aFailingCell } from '../../../test/builders/evidence.js';
import { closedThrough } from './closed-days.js';
import { ReportingDays } from './reporting-days.js';

const FROM = '2026-03-01';
const at = (time: string): number => Date.parse(time);
const history = daysFrom('2026-02-01', '2026-03-09');

describe('closedThrough', () => {
  it('a day is closed once all usual reporters have reported about it', () => {
    const cells = everyDay([...history, '2026-03-10']);
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at('2026-03-11T08:00:00Z'))).toBe(
      '2026-03-10',
    );
  });

  it('a day that a usual reporter has not reported about stays open', () => {
    const cells = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at('2026-03-11T08:00:00Z'))).toBe(
      '2026-03-09',
    );
  });

  it.each([
    ['2026-03-13T23:59:59Z', '2026-03-09'],
    ['2026-03-14T00:00:00Z', '2026-03-10'],
  ])('… until three days after its end: at %s through %s', (now, expected) => {
    const cells = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at(now))).toBe(expected);
  });

  it('who reports now and then keeps no day open', () => {
    const seldom = everyDay(history.slice(-14, -4), {}, ['seldom.example']);
    const cells = [...everyDay([...history, '2026-03-10']), ...seldom];
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at('2026-03-11T08:00:00Z'))).toBe(
      '2026-03-10',
    );
  });

  it('without usual reporters time alone closes days', () => {
    expect(closedThrough(new Map(), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-07');
  });

  it('today is never closed, and nothing before the window is', () => {
    const cells = everyDay([...history, '2026-03-10']);
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at('2026-03-10T23:00:00Z'))).toBe(
      '2026-03-09',
    );
    expect(
      closedThrough(new ReportingDays(cells).all(), '2026-03-11', at('2026-03-11T08:00:00Z')),
    ).toBeNull();
  });

  it('the run of closed days has no gaps: an open day keeps later ones open', () => {
    const cells = [
      ...everyDay(history.slice(0, -1)),
      ...everyDay(['2026-03-09'], {}, ['big.example']),
      ...everyDay(['2026-03-10']),
    ];
    expect(closedThrough(new ReportingDays(cells).all(), FROM, at('2026-03-11T08:00:00Z'))).toBe(
      '2026-03-08',
    );
  });

  it('hostile mail neither closes a day nor keeps one open', () => {
    const quiet = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    const abuse = [...history, '2026-03-10'].flatMap((day) =>
      ['small.example', 'abused.example'].map((reporter) =>
        aFailingCell({ day, reporter, ip: '203.0.113.9' }),
      ),
    );
    const now = at('2026-03-11T08:00:00Z');
    const expected = closedThrough(new ReportingDays(quiet).all(), FROM, now);
    expect(closedThrough(new ReportingDays([...quiet, ...abuse]).all(), FROM, now)).toBe(expected);
  });
});
