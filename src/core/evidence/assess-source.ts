import type { AssessedSource, RecentActivity } from './assessment.js';
import { addDays, daysBetween } from '../instant.js';
import { howToAlign, sourceName } from '../source/describe-source.js';
import { wilsonLower, wilsonUpper } from './wilson.js';
import type { Cell } from './cell.js';
import type { Classified } from '../source/classify-source.js';
import type { Day } from '../instant.js';
import type { SourceHistory } from '../source/source-history.js';
import type { SourceId } from '../source/source.js';
import type { Trust } from './trust.js';

/** What failed before a source was fixed stops counting once it has passed on so many active days. */
export const FIXED_AFTER_DAYS = 7;
/** A source that failed on no more active days than this in a row may have run a batch … */
const BATCH_DAYS = 3;
/** … which comes back with the month: it counts as fixed only when nothing has failed for so many days. */
const MONTH_DAYS = 36;
/** A source's rate of failing is taken over so many days up to its own latest activity. */
const RATE_DAYS = 28;

export interface Window {
  readonly from: Day;
  /** Last closed day; null: none yet. */
  readonly through: Day | null;
  readonly closedDays: number;
  /** The newest day that reports reach. */
  readonly latest: Day;
}

/** One source, as far as it doesn't depend on the window. */
export interface SourceInHand {
  readonly id: SourceId;
  readonly history: SourceHistory;
  readonly cells: readonly Cell[];
  readonly trust: Trust;
  readonly classified: Classified;
  readonly recent: RecentActivity;
  /** The day on which its mail had proved itself under another identity; null: it hasn't. */
  readonly fixedElsewhereOn: Day | null;
}

/** What a source's history means within a window. */
export function assessSource(source: SourceInHand, window: Window): AssessedSource {
  const { id, history, classified, recent } = source;
  const lastBad = history.badDays.at(-1)?.day ?? null;
  const isFixed = lastBad !== null && isFixedSince(source, lastBad, window);
  const countFrom = isFixed ? addDays(lastBad, 1) : window.from;
  const counted = tally(history, countFrom > window.from ? countFrom : window.from, window.through);
  const weeks = Math.max(window.closedDays, 1) / 7;
  const failing = counted.messages - counted.passed;
  const isFailing = lastBad !== null && !isFixed;
  const isHostile = classified.class === 'hostile';
  return {
    id,
    name: sourceName(id),
    ...classified,
    headerFrom: history.headerFrom,
    messages: counted.messages,
    passed: counted.passed,
    passRateAtLeast: counted.messages === 0 ? null : wilsonLower(counted.passed, counted.messages),
    state: isFailing ? 'failing' : isFixed ? 'fixed' : counted.messages === 0 ? 'unproven' : 'clean',
    firstSeen: history.days[0]?.day ?? window.from,
    lastSeen: history.days.at(-1)?.day ?? window.from,
    lastFailing: lastBad,
    fixedOnEarliest: isFailing && !isHostile ? earliestFix(history, lastBad, window) : null,
    failingPerWeek: isHostile ? 0 : isFailing ? lastRate(history) : failing / weeks,
    failingPerWeekAtMost:
      counted.messages === 0 ? 0 : (wilsonUpper(failing, counted.messages) * counted.messages) / weeks,
    recent,
    fix: isFailing && !isHostile ? howToAlign(id, history.headerFrom) : null,
  };
}

/**
 * Fixed: it has passed on 7 active days since it last failed, by more than one stranger's word; or its mail has proved
 * itself under another identity. What failed on a few days only may be a monthly run among mail that passes.
 */
function isFixedSince(source: SourceInHand, lastBad: Day, { latest }: Window): boolean {
  const { history } = source;
  if (source.fixedElsewhereOn !== null) return true;
  const goodDays = history.days.filter((it) => it.day > lastBad).length;
  if (goodDays < FIXED_AFTER_DAYS) return false;
  if (isBatch(history) && daysBetween(lastBad, latest) < MONTH_DAYS) return false;
  const passedAt = new Set<string>();
  for (const { day, passed, reporter } of source.cells) {
    if (day > lastBad && passed > 0) passedAt.add(reporter);
    if (source.trust.isAttested(passedAt)) return true;
  }
  return false;
}

/** Whether it passed before, and after a few days again: so a run among other mail looks, and so does a short outage. */
function isBatch({ badDays, days }: SourceHistory): boolean {
  const last = badDays.at(-1);
  let at = last === undefined ? -1 : days.indexOf(last);
  let [run, bad] = [0, badDays.length - 1];
  while (at >= 0 && bad >= 0 && days[at] === badDays[bad]) {
    run += 1;
    at -= 1;
    bad -= 1;
  }
  return run <= BATCH_DAYS;
}

/** If everything passed from the latest day on, at the source's own pace. */
function earliestFix(history: SourceHistory, lastBad: Day, { latest }: Window): Day {
  const first = history.days[0]?.day ?? latest;
  const last = history.days.at(-1)?.day ?? latest;
  const pace = history.days.length / (daysBetween(first, last) + 1);
  const goodDays = history.days.filter((it) => it.day > lastBad).length;
  const missing = Math.max(0, FIXED_AFTER_DAYS - goodDays);
  const byPace = addDays(latest > last ? latest : last, Math.ceil(missing / pace));
  const byMonth = addDays(lastBad, MONTH_DAYS);
  return isBatch(history) && byMonth > byPace ? byMonth : byPace;
}

function tally(history: SourceHistory, from: Day, through: Day | null): { messages: number; passed: number } {
  const total = { messages: 0, passed: 0 };
  if (through === null) return total;
  for (const it of history.days) {
    if (it.day < from || it.day > through) continue;
    total.messages += it.messages;
    total.passed += it.passed;
  }
  return total;
}

/** Failing messages a week up to its own latest activity: silence doesn't make a broken sender better. */
function lastRate(history: SourceHistory): number {
  const last = history.days.at(-1)?.day;
  const first = history.days[0]?.day;
  if (last === undefined || first === undefined) return 0;
  const from = addDays(last, 1 - RATE_DAYS);
  const days = Math.min(RATE_DAYS, Math.max(7, daysBetween(first, last) + 1));
  const failing = history.days
    .filter((it) => it.day >= from)
    .reduce((sum, it) => sum + it.messages - it.passed, 0);
  return (failing * 7) / days;
}
