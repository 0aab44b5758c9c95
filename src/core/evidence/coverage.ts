import type { Day, Instant } from '../instant.js';
import type { ReporterCoverage } from './assessment.js';
import type { Reporting } from './reporting-days.js';
import { addDays } from '../instant.js';
import { isLate } from './closed-days.js';
import type { Trust } from './trust.js';

/** The days over which a reporter shows its habit, before the days in which it may have stopped. */
const HABIT_DAYS = 28;
/** A usual reporter is missing when it has said nothing about the last so many closed days. */
const SILENT_DAYS = 4;
/** Usual: on at least half of the days. */
const HABIT_SHARE = 0.5;

/** Who reports, how much, and who used to and stopped. `through` is the last closed day. */
export function coverage(
  reporters: ReadonlyMap<string, Reporting>,
  trust: Trust,
  time: { readonly through: Day | null; readonly now: Instant },
): readonly ReporterCoverage[] {
  const { now, through } = time;
  return [...reporters]
    .filter(([, it]) => it.days.size > 0)
    .map(([reporter, it]) => ({
      reporter,
      known: trust.isKnown(reporter),
      messages: trust.weightOf(reporter),
      lastDay: [...it.days.keys()].reduce((a, b) => (a > b ? a : b)),
      late: trust.canBearOut(reporter) && isLate(it, now),
      missing: trust.canBearOut(reporter) && through !== null && hasStopped(it.days, through),
    }))
    .sort((a, b) => b.messages - a.messages || (a.reporter < b.reporter ? -1 : 1));
}

function hasStopped(days: ReadonlyMap<Day, number>, through: Day): boolean {
  for (let back = 0; back < SILENT_DAYS; back += 1) if (days.has(addDays(through, -back))) return false;
  for (const day of days.keys()) if (day > through) return false;
  let reported = 0;
  for (let back = SILENT_DAYS; back < SILENT_DAYS + HABIT_DAYS; back += 1) {
    if (days.has(addDays(through, -back))) reported += 1;
  }
  return reported >= HABIT_DAYS * HABIT_SHARE;
}
