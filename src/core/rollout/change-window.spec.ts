import { describe, expect, it } from 'vitest';
import { isInsideWindow } from './change-window.js';

const BERLIN = { timeZone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], fromHour: 9, toHour: 17 };
const NEW_YORK = { timeZone: 'America/New_York', days: [7], fromHour: 0, toHour: 24 };
const KATHMANDU = { timeZone: 'Asia/Kathmandu', days: [3], fromHour: 6, toHour: 7 };

describe('a change window', () => {
  it.each([
    ['before it opens, in winter', BERLIN, '2026-03-27T07:59:59Z', false],
    ['as it opens, in winter', BERLIN, '2026-03-27T08:00:00Z', true],
    ['before it opens, on the first workday of summer time', BERLIN, '2026-03-30T06:59:59Z', false],
    ['as it opens, on the first workday of summer time', BERLIN, '2026-03-30T07:00:00Z', true],
    ['before it closes', BERLIN, '2026-03-30T14:59:59Z', true],
    ['as it closes', BERLIN, '2026-03-30T15:00:00Z', false],
    ['on a Saturday', BERLIN, '2026-03-28T10:00:00Z', false],
    ['all of a Sunday there, which is Monday in UTC', NEW_YORK, '2026-03-30T03:59:59Z', true],
    ['Monday there', NEW_YORK, '2026-03-30T04:00:00Z', false],
    ['in the hour that summer time skips', NEW_YORK, '2026-03-08T07:00:00Z', true],
    ['a zone with a quarter hour', KATHMANDU, '2026-03-11T00:15:00Z', true],
    ['… a minute earlier', KATHMANDU, '2026-03-11T00:14:00Z', false],
  ])('%s', (_title, window, now, expected) => {
    expect(isInsideWindow([window], Date.parse(now))).toBe(expected);
  });

  it('any of several will do, and none means always', () => {
    const sunday = Date.parse('2026-03-29T16:00:00Z');
    expect(isInsideWindow([BERLIN, NEW_YORK], sunday)).toBe(true);
    expect(isInsideWindow([BERLIN], sunday)).toBe(false);
    expect(isInsideWindow([], sunday)).toBe(true);
  });
});
