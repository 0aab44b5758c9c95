import { addDays, daysBetween } from '../instant.js';
import type { Day } from '../instant.js';
import { knownSender } from './known-sender.js';
import type { SourceHistory } from './source-history.js';
import type { SourceId } from './source.js';

/** Senders that authenticated as themselves for a few days and were never seen again. */
export interface Throwaways {
  readonly seen: number;
  /** Days from the first to the last day of the one that stayed longest. */
  readonly longestVisit: number;
}

/** Who buys a domain for a few days of spam stays no longer. A monthly run is back within this many days. */
const LONGEST_VISIT = 10;
const GONE_DAYS = 40;
/** So many of them are somebody's habit; fewer may have been one-off mailings of the owner's. */
const HABIT = 3;

/**
 * Spam that passes SPF and DKIM for domains bought for the day looks like a new sender each time. Once that is seen to
 * be somebody's habit, a sender that nobody knows must stay longer than those did before it counts as one (I10). Null as
 * long as there were fewer than three. What one stranger alone has seen makes no habit.
 */
export function throwaways(histories: ReadonlyMap<SourceId, SourceHistory>, today: Day): Throwaways | null {
  const gone = addDays(today, -GONE_DAYS);
  let [seen, longestVisit] = [0, 0];
  for (const [id, history] of histories) {
    if (!id.startsWith('domain:') || history.passed > 0 || !history.isWitnessed) continue;
    const { last, length } = visitOf(history);
    if (last > gone || length > LONGEST_VISIT || isKnown(id)) continue;
    seen += 1;
    longestVisit = Math.max(longestVisit, length);
  }
  return seen < HABIT ? null : { seen, longestVisit };
}

function isKnown(id: SourceId): boolean {
  const sender = knownSender(id.slice(id.indexOf(':') + 1).split('@')[0] ?? '');
  return sender !== null && sender.kind !== 'mailbox';
}

/** A network that authenticates as nobody must be there for so many days before it looks like a sender … */
const STEADY_DAYS = 14;
/** … or more than twice as long as such networks are used to stay that are gone, but not longer than the first soak. */
const LONGEST_STEADY_DAYS = 29;
const NETWORK_GONE_DAYS = 7;

/** Days after which a network that is there on most of them is taken for a sender: spammers move on sooner. */
export function steadyDays(histories: ReadonlyMap<SourceId, SourceHistory>, today: Day): number {
  const gone = addDays(today, -NETWORK_GONE_DAYS);
  const longest = Array.from({ length: HABIT }, () => 0);
  for (const [id, history] of histories) {
    if (!id.startsWith('net:') || history.days.length <= (longest[0] ?? 0) || !history.isWitnessed) continue;
    const { last, length } = visitOf(history);
    if (last > gone || history.days.length * 2 < length || length >= LONGEST_STEADY_DAYS) continue;
    longest.push(length);
    longest.sort((a, b) => a - b).shift();
  }
  return Math.min(LONGEST_STEADY_DAYS, Math.max(STEADY_DAYS, 2 * (longest[0] ?? 0) + 1));
}

interface Visit {
  readonly last: Day;
  /** Days from the first to the last. */
  readonly length: number;
}

function visitOf({ days }: SourceHistory): Visit {
  const last = days.at(-1)?.day ?? '';
  return { last, length: daysBetween(days[0]?.day ?? last, last) + 1 };
}
