import { DAY_MS, addDays } from '../instant.js';
import type { Day, Instant } from '../instant.js';
import type { Counted } from './cell-pile.js';
import { LATEST_CLOSE_MS } from './closed-days.js';
import type { Reporting } from './reporting-days.js';
import type { Trust } from './trust.js';

/** Who is heard, and what they have told. */
export type Heard = ReadonlyMap<string, Reporting>;

/** Those whose word goes for anything, and who have told of mail. */
export function heardReporters({ reporting, trust }: Counted): Heard {
  return new Map([...reporting.all()].filter(([name, it]) => it.told.size > 0 && trust.canBearOut(name)));
}

/**
 * Who abuses the domain decides which receivers tell of that (I10): they count where nothing has ever passed, or nothing
 * but by one stranger's word, who could else keep a domain that sends nothing where it is.
 */
export function witnesses(heard: Heard, trust: Trust, from: Day): number {
  const passing = [...heard].filter(([, { days }]) => days.size > 0);
  const isPassing = passing.length > 1 || passing.some(([reporter]) => trust.isKnown(reporter));
  const told = isPassing ? passing.map(([, it]) => it.days) : [...heard.values()].map((it) => it.told);
  return told.filter((days) => lastOf(days.keys()) >= from).length;
}

/**
 * When it last came from more than one stranger: a domain about which nobody else reports any more is blind, however
 * often one writes. It is `last` where cells don't say when they came, or where the last one was no stranger's.
 */
export function lastReportAt(last: Instant | null, { reporting, trust }: Counted): Instant | null {
  const arrived = [...reporting.all()].filter(([, { arrivals }]) => arrivals.size > 0);
  if (last === null || arrived.length === 0) return last;
  const each = new Map(
    arrived.map(([name, { arrivals }]) => [name, Math.max(...arrivals.values())] as const),
  );
  const borneOut = trust.borneOut(each, (a, b) => a - b);
  return borneOut === Math.max(...each.values()) ? last : borneOut;
}

/** Messages that passed on the days of a window, by reporter. */
export function passedIn(heard: Heard, from: Day, through: Day | null): ReadonlyMap<string, number> {
  const passed = new Map<string, number>();
  for (const [reporter, { days }] of heard) {
    let messages = 0;
    for (const [day, count] of days) if (day >= from && day <= (through ?? '')) messages += count;
    passed.set(reporter, messages);
  }
  return passed;
}

/**
 * The newest day that the usual traffic reaches. Hostile mail must not move it (I10); where nothing passes any more, it
 * follows the clock.
 */
export function latestDay({ trust }: Counted, heard: Heard, today: Day): Day {
  const closed = addDays(today, -LATEST_CLOSE_MS / DAY_MS);
  const latest = trust.borneOut(extremes(heard, lastOf), inOrder);
  return latest !== null && latest > closed ? latest : closed;
}

/** The first day that the usual traffic reaches; `today` where nothing has ever passed. */
export function firstDay({ trust }: Counted, heard: Heard, today: Day): Day {
  const told = trust.borneOut(extremes(heard, firstOf), (a, b) => inOrder(b, a));
  return told !== null && told < today ? told : today;
}

/** One day of each of those who told of mail that passed. */
function extremes(heard: Heard, pick: (days: Iterable<Day>) => Day): ReadonlyMap<string, Day> {
  const passing = [...heard].filter(([, { days }]) => days.size > 0);
  return new Map(passing.map(([reporter, { days }]) => [reporter, pick(days.keys())]));
}

function inOrder(a: Day, b: Day): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lastOf(days: Iterable<Day>): Day {
  let last = '';
  for (const day of days) if (day > last) last = day;
  return last;
}

function firstOf(days: Iterable<Day>): Day {
  let first: Day | null = null;
  for (const day of days) if (first === null || day < first) first = day;
  return first ?? '';
}
