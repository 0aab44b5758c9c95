import { DAY_MS, HOUR_MS, addDays, dayOf, endOfDay } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { Reporting } from './reporting-days.js';

/** A day is closed this long after its end, whoever still has not reported. */
export const LATEST_CLOSE_MS = 3 * DAY_MS;

/** A reporter is usual when it reported on at least `USUAL_DAYS` of the `USUAL_SPAN` days before. */
const USUAL_SPAN = 14;
const USUAL_DAYS = 11;
/** One reporter's habit closes no day: whose word would that be? */
const FEWEST_USUAL = 2;
/** A report that comes so much later than the latest of those days is taken not to come at all. */
const LAG_SLACK_MS = 12 * HOUR_MS;

/**
 * The last day of the unbroken run of closed days. A UTC day is closed when each usual reporter has reported about it or
 * is later than it has been in the two weeks before, and at D+3 in any case. Null when not even the day `from` is.
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
    if (!areAllIn(day, reporters, now)) break;
    last = day;
  }
  return last;
}

function areAllIn(day: Day, reporters: ReadonlyMap<string, Reporting>, now: Instant): boolean {
  let reported = 0;
  for (const reporter of reporters.values()) {
    const before = usualDays(reporter, day);
    if (before.length < USUAL_DAYS) continue;
    if (reporter.days.has(day)) reported += 1;
    else if (now <= endOfDay(day) + latestLag(reporter, before) + LAG_SLACK_MS) return false;
  }
  return reported >= FEWEST_USUAL;
}

/**
 * Whether a usual reporter owes a report by now: it is later with the newest day that is due than it has been in the two
 * weeks before. `now` may be long after its last report.
 */
export function isLate(reporter: Reporting, now: Instant): boolean {
  for (let day = addDays(dayOf(now), -1), back = 0; back < USUAL_SPAN; back += 1, day = addDays(day, -1)) {
    const before = usualDays(reporter, day);
    if (before.length < USUAL_DAYS) continue;
    if (reporter.days.has(day)) return false;
    if (now > endOfDay(day) + latestLag(reporter, before) + LAG_SLACK_MS) return true;
  }
  return false;
}

function usualDays({ days }: Reporting, day: Day): readonly Day[] {
  const before: Day[] = [];
  for (let back = 1; back <= USUAL_SPAN; back += 1) {
    const earlier = addDays(day, -back);
    if (days.has(earlier)) before.push(earlier);
  }
  return before;
}

/** Milliseconds from the end of a day to the report about it: the longest of those days, D+3 where it isn't known. */
function latestLag({ arrivals }: Reporting, days: readonly Day[]): number {
  return days.reduce((longest, day) => {
    const at = arrivals.get(day);
    return Math.max(longest, at === undefined ? LATEST_CLOSE_MS : at - endOfDay(day));
  }, 0);
}
