import type { AssessedSource, RecentActivity } from './assessment.js';
import { addDays, daysBetween } from '../instant.js';
import { isBadDay } from '../source/source-history.js';
import { wilsonLower, wilsonUpper } from './wilson.js';
import type { Classified } from '../source/classify-source.js';
import type { Day } from '../instant.js';
import type { SourceHistory } from '../source/source-history.js';
import type { SourceId } from '../source/source.js';
import { sourceName } from '../source/group-sources.js';

/** What failed before a source was fixed stops counting once it has passed on so many active days. */
export const FIXED_AFTER_DAYS = 7;
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
  readonly classified: Classified;
  readonly recent: RecentActivity;
  /** The day on which its mail had proved itself under another identity; null: it hasn't. */
  readonly fixedElsewhereOn: Day | null;
}

/** What a source's history means within a window. */
export function assessSource(source: SourceInHand, window: Window): AssessedSource {
  const { id, history, classified, recent, fixedElsewhereOn } = source;
  const bad = history.days.filter(isBadDay);
  const lastBad = bad.at(-1)?.day ?? null;
  const goodDays = history.days.filter((it) => lastBad === null || it.day > lastBad).length;
  const isFixed = lastBad !== null && (goodDays >= FIXED_AFTER_DAYS || fixedElsewhereOn !== null);
  const countFrom = isFixed && lastBad !== null ? addDays(lastBad, 1) : window.from;
  const counted = tally(history, countFrom > window.from ? countFrom : window.from, window.through);
  const weeks = Math.max(window.closedDays, 1) / 7;
  const failing = counted.messages - counted.passed;
  const isFailing = lastBad !== null && !isFixed;
  return {
    id,
    name: sourceName(id),
    ...classified,
    headerFrom: [...history.headerFrom].sort(),
    messages: counted.messages,
    passed: counted.passed,
    passRateAtLeast: counted.messages === 0 ? null : wilsonLower(counted.passed, counted.messages),
    state: isFailing ? 'failing' : isFixed ? 'fixed' : counted.messages === 0 ? 'unproven' : 'clean',
    firstSeen: history.days[0]?.day ?? window.from,
    lastSeen: history.days.at(-1)?.day ?? window.from,
    lastFailing: lastBad,
    failingPerWeek: classified.class === 'hostile' ? 0 : isFailing ? lastRate(history) : failing / weeks,
    failingPerWeekAtMost:
      counted.messages === 0 ? 0 : (wilsonUpper(failing, counted.messages) * counted.messages) / weeks,
    recent,
  };
}

function tally(history: SourceHistory, from: Day, through: Day | null): { messages: number; passed: number } {
  const total = { messages: 0, passed: 0 };
  for (const it of history.days) {
    if (it.day < from || through === null || it.day > through) continue;
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
