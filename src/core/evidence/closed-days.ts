import { DAY_MS, addDays, dayOf } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { Reporting } from './reporting-days.js';

/** A day is closed this long after its end, whoever still has not reported. */
export const LATEST_CLOSE_MS = 3 * DAY_MS;

/** A reporter is usual when it reported on at least `USUAL_DAYS` of the `USUAL_SPAN` days before. */
const USUAL_SPAN = 14;
const USUAL_DAYS = 11;

/**
 * The last day of the unbroken run of closed days: a UTC day is closed when all usual reporters have reported about
 * it, or at D+3. Null when not even the day before `from` can be told to be closed.
 */
export function closedThrough(
  reporters: ReadonlyMap<string, Reporting>,
  from: Day,
  now: Instant,
): Day | null {
  const today = dayOf(now);
  const closedByTime = addDays(dayOf(now - LATEST_CLOSE_MS), -1);
  let last = closedByTime < from ? null : closedByTime;
  for (let day = last === null ? from : addDays(last, 1); day < today; day = addDays(day, 1)) {
    if (!areAllIn(day, reporters)) break;
    last = day;
  }
  return last;
}

function areAllIn(day: Day, reporters: ReadonlyMap<string, Reporting>): boolean {
  let usual = 0;
  for (const { days } of reporters.values()) {
    if (!isUsual(days, day)) continue;
    if (!days.has(day)) return false;
    usual += 1;
  }
  return usual > 0;
}

function isUsual(days: ReadonlySet<Day>, day: Day): boolean {
  let reported = 0;
  for (let back = 1; back <= USUAL_SPAN; back += 1) if (days.has(addDays(day, -back))) reported += 1;
  return reported >= USUAL_DAYS;
}
