import type { Cell } from './cell.js';
import type { Day } from '../instant.js';
import type { RecentActivity } from './assessment.js';
import { strangersWord } from '../source/strangers-word.js';
import type { Trust } from './trust.js';

/** What a step back looks at: so many days up to the latest that anybody reported about. */
export const RECENT_DAYS = 5;

export const NO_ACTIVITY: RecentActivity = {
  days: 0,
  messages: 0,
  failing: 0,
  failingReporters: 0,
  reporterShare: 0,
};

/** What the newest reports say of one source, closed days or not: from the day `from` on. */
export function recentActivity(cells: readonly Cell[], from: Day, trust: Trust): RecentActivity {
  const recent = cells.filter((cell) => cell.day >= from);
  if (recent.length === 0) return NO_ACTIVITY;
  const witnesses = new Set<string>();
  const days = new Set<Day>();
  let [messages, failing] = [0, 0];
  for (const cell of strangersWord(recent, trust).cells) {
    messages += cell.messages;
    if (cell.messages === cell.passed) continue;
    failing += cell.messages - cell.passed;
    if (trust.canBearOut(cell.reporter)) witnesses.add(cell.reporter); // the others' word is heard, but is no second one
    days.add(cell.day);
  }
  return {
    days: days.size,
    messages,
    failing,
    failingReporters: witnesses.size,
    reporterShare: witnesses.size === 0 ? 0 : shareBefore(from, cells, witnesses, trust),
  };
}

/** By what those whose word stands alone used to see: a claim of a million messages makes nobody an important witness. */
function shareBefore(
  from: Day,
  cells: readonly Cell[],
  witnesses: ReadonlySet<string>,
  trust: Trust,
): number {
  let [theirs, all] = [0, 0];
  for (const { day, messages, reporter } of cells) {
    if (day >= from) continue;
    all += messages;
    if (witnesses.has(reporter) && trust.standsAlone(reporter)) theirs += messages;
  }
  return all === 0 ? 0 : theirs / all;
}
