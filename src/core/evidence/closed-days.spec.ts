import { daysFrom, everyDay, reportersOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { aFailingCell } from '../../../test/builders/evidence.js';
import type { Arrival } from './reporting-days.js';
import type { Cell } from './cell.js';
import { HOUR_MS, endOfDay } from '../instant.js';
import { ReportingDays } from './reporting-days.js';
import { closedThrough, isLate } from './closed-days.js';

const FROM = '2026-03-01';
const at = (time: string): number => Date.parse(time);
const history = daysFrom('2026-02-01', '2026-03-09');

describe('closedThrough', () => {
  it('a day is closed once all usual reporters have reported about it', () => {
    const cells = everyDay([...history, '2026-03-10']);
    expect(closedThrough(reportersOf(cells), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-10');
  });

  it('a day that a usual reporter has not reported about stays open', () => {
    const cells = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    expect(closedThrough(reportersOf(cells), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-09');
  });

  it.each([
    ['2026-03-13T23:59:59Z', '2026-03-09'],
    ['2026-03-14T00:00:00Z', '2026-03-10'],
  ])('… until three days after its end: at %s through %s', (now, expected) => {
    const cells = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    expect(closedThrough(reportersOf(cells), FROM, at(now))).toBe(expected);
  });

  it('who reports now and then keeps no day open', () => {
    const seldom = everyDay(history.slice(-14, -4), {}, ['seldom.example']);
    const cells = [...everyDay([...history, '2026-03-10']), ...seldom];
    expect(closedThrough(reportersOf(cells), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-10');
  });

  it('without usual reporters time alone closes days', () => {
    expect(closedThrough(new Map(), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-07');
  });

  it('today is never closed, and nothing before the window is', () => {
    const cells = everyDay([...history, '2026-03-10']);
    expect(closedThrough(reportersOf(cells), FROM, at('2026-03-10T23:00:00Z'))).toBe('2026-03-09');
    expect(closedThrough(reportersOf(cells), '2026-03-11', at('2026-03-11T08:00:00Z'))).toBeNull();
  });

  it('the run of closed days has no gaps: an open day keeps later ones open', () => {
    const cells = [
      ...everyDay(history.slice(0, -1)),
      ...everyDay(['2026-03-09'], {}, ['big.example']),
      ...everyDay(['2026-03-10']),
    ];
    expect(closedThrough(reportersOf(cells), FROM, at('2026-03-11T08:00:00Z'))).toBe('2026-03-08');
  });

  it('hostile mail neither closes a day nor keeps one open', () => {
    const quiet = [...everyDay(history), ...everyDay(['2026-03-10'], {}, ['big.example'])];
    const abuse = [...history, '2026-03-10'].flatMap((day) =>
      ['small.example', 'abused.example'].map((reporter) =>
        aFailingCell({ day, reporter, ip: '203.0.113.9' }),
      ),
    );
    const now = at('2026-03-11T08:00:00Z');
    const expected = closedThrough(reportersOf(quiet), FROM, now);
    expect(closedThrough(reportersOf([...quiet, ...abuse]), FROM, now)).toBe(expected);
  });
});

describe('a reporter whose lag is known', () => {
  /** Each report comes so many hours after the end of its day. */
  function reporters(
    reporter: string,
    days: readonly string[],
    lagHours: number,
  ): readonly [readonly Cell[], readonly Arrival[]] {
    const arrivals = days.map((day) => ({ reporter, day, at: endOfDay(day) + lagHours * HOUR_MS }));
    return [everyDay(days, {}, [reporter]), arrivals];
  }

  function through(reports: readonly ReturnType<typeof reporters>[], now: string): string | null {
    const reporting = new ReportingDays();
    for (const [cells, arrivals] of reports) {
      reporting.add(cells);
      for (const arrival of arrivals) reporting.arrived(arrival);
    }
    return closedThrough(reporting.all(), FROM, at(now));
  }

  const prompt = reporters('big.example', [...history, '2026-03-10'], 6);
  const second = reporters('mid.example', [...history, '2026-03-10'], 6);

  it.each([
    ['within its usual time and half a day', '2026-03-11T20:00:00Z', '2026-03-09'],
    ['later', '2026-03-11T20:00:01Z', '2026-03-10'],
  ])('is not waited for any longer once it is late: %s', (_title, now, expected) => {
    expect(through([prompt, second, reporters('small.example', history, 8)], now)).toBe(expected);
  });

  it('is waited for as long as it took at worst in two weeks', () => {
    const [cells, arrivals] = reporters('small.example', history, 8);
    const slow = arrivals.map((it) => (it.day === '2026-03-02' ? { ...it, at: it.at + 30 * HOUR_MS } : it));
    expect(through([prompt, second, [cells, slow]], '2026-03-13T01:59:59Z')).toBe('2026-03-09');
    expect(through([prompt, second, [cells, slow]], '2026-03-13T02:00:01Z')).toBe('2026-03-10');
  });

  it('a day that it left out long ago stays no gap', () => {
    const gap = history.filter((day) => day !== '2026-03-05');
    const seen = [prompt, reporters('small.example', [...gap, '2026-03-10'], 8)];
    expect(through(seen, '2026-03-11T08:00:00Z')).toBe('2026-03-10');
  });

  it('closes no day by the habit of a single one', () => {
    expect(through([prompt], '2026-03-11T20:00:01Z')).toBe('2026-03-07');
  });

  it('closes no day as long as none of the usual ones has told of it', () => {
    const seen = [reporters('big.example', history, 6), reporters('small.example', history, 8)];
    expect(through(seen, '2026-03-12T20:00:00Z')).toBe('2026-03-09');
  });

  it('a report that comes twice is as late as the first of the two', () => {
    const [cells, arrivals] = reporters('small.example', history, 8);
    const again = arrivals.map((it) => ({ ...it, at: it.at + 60 * HOUR_MS }));
    expect(through([prompt, second, [cells, [...again, ...arrivals]]], '2026-03-11T20:00:01Z')).toBe(
      '2026-03-10',
    );
  });
});

describe('isLate', () => {
  function reporting(days: readonly string[], lagHours: number) {
    const all = new ReportingDays();
    all.add(everyDay(days, {}, ['big.example']));
    for (const day of days)
      all.arrived({ reporter: 'big.example', day, at: endOfDay(day) + lagHours * HOUR_MS });
    const reporter = all.all().get('big.example');
    if (reporter === undefined) throw new Error('it has reported');
    return reporter;
  }

  it.each([
    ['before its usual time and half a day are over', '2026-03-11T18:00:00Z', false],
    ['after', '2026-03-11T18:00:01Z', true],
    ['a week later', '2026-03-18T12:00:00Z', true],
    ['so long after that it is usual no more', '2026-05-01T00:00:00Z', false],
  ])('owes a report about 2026-03-10 %s: %s', (_title, now, expected) => {
    expect(isLate(reporting(history, 6), at(now))).toBe(expected);
  });

  it('owes none once the newest due day is there', () => {
    expect(isLate(reporting([...history, '2026-03-10'], 6), at('2026-03-11T23:00:00Z'))).toBe(false);
  });

  it('owes none as one that reports now and then', () => {
    const some = history.filter((_day, index) => index % 3 === 0);
    expect(isLate(reporting(some, 6), at('2026-03-20T00:00:00Z'))).toBe(false);
  });
});
