import { DAY_MS, addDays, dayOf, endOfDay } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { Cell } from './cell.js';

/** A day is closed this long after its end, whoever still has not reported. */
export const LATEST_CLOSE_MS = 3 * DAY_MS;

/** A reporter is usual when it reported on at least `USUAL_DAYS` of the `USUAL_SPAN` days before. */
const USUAL_SPAN = 14;
const USUAL_DAYS = 11;

/**
 * The last day of the unbroken run of closed days: a UTC day is closed when all usual reporters have reported about
 * it, or at D+3. Null when not even the day before `from` can be told to be closed.
 */
export function closedThrough(cells: readonly Cell[], from: Day, now: Instant): Day | null {
  const daysByReporter = new Map<string, Set<Day>>();
  for (const cell of cells) {
    const days = daysByReporter.get(cell.reporter) ?? new Set<Day>();
    daysByReporter.set(cell.reporter, days.add(cell.day));
  }
  const today = dayOf(now);
  let last: Day | null = null;
  for (let day = from; day < today; day = addDays(day, 1)) {
    if (!isClosed(day, daysByReporter, now)) break;
    last = day;
  }
  return last;
}

function isClosed(day: Day, daysByReporter: ReadonlyMap<string, ReadonlySet<Day>>, now: Instant): boolean {
  if (now >= endOfDay(day) + LATEST_CLOSE_MS) return true;
  let usual = 0;
  for (const days of daysByReporter.values()) {
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
