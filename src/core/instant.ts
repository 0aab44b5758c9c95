/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A UTC calendar day, `2026-11-22`. Compares as text in the order of time. */
export type Day = string;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The UTC day an instant lies in. */
export function dayOf(at: Instant): Day {
  const start = at - mod(at, DAY_MS);
  const known = dayByStart.get(start);
  if (known !== undefined) return known;
  const day = new Date(at).toISOString().slice(0, 10);
  dayByStart.set(start, day);
  return day;
}

/** The first millisecond of a UTC day. */
export function startOfDay(day: Day): Instant {
  const known = startByDay.get(day);
  if (known !== undefined) return known;
  const start = Date.parse(`${day}T00:00:00Z`);
  startByDay.set(day, start);
  return start;
}

/** Days are reckoned with millions of times in a backtest. Reports lie in 1970 to 2100: these stay small. */
const startByDay = new Map<Day, Instant>();
const dayByStart = new Map<Instant, Day>();

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** The first millisecond after a UTC day. */
export function endOfDay(day: Day): Instant {
  return startOfDay(day) + DAY_MS;
}

/** The day so many days later; negative goes back. */
export function addDays(day: Day, days: number): Day {
  return dayOf(startOfDay(day) + days * DAY_MS);
}

/** Whole days from one day to another: 0 for the same day. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS);
}
