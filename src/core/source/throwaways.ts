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
const GONE_DAYS = 35;
/** So many of them are somebody's habit; fewer may have been one-off mailings of the owner's. */
const HABIT = 3;

/**
 * Spam that passes SPF and DKIM for domains bought for the day looks like a new sender each time. Once that is seen to
 * be somebody's habit, a sender that nobody knows must stay longer than those did before it counts as one (I10). Null as
 * long as there were fewer than three.
 */
export function throwaways(
  histories: ReadonlyMap<SourceId, SourceHistory>,
  today: Day,
): Throwaways | null {
  const gone = addDays(today, -GONE_DAYS);
  let [seen, longestVisit] = [0, 0];
  for (const [id, { days, passed }] of histories) {
    if (!id.startsWith('domain:') || passed > 0) continue;
    const [first, last] = [days[0]?.day ?? today, days.at(-1)?.day ?? today];
    const visit = daysBetween(first, last) + 1;
    if (last > gone || visit > LONGEST_VISIT || isKnown(id)) continue;
    seen += 1;
    longestVisit = Math.max(longestVisit, visit);
  }
  return seen < HABIT ? null : { seen, longestVisit };
}

function isKnown(id: SourceId): boolean {
  const sender = knownSender(id.slice(id.indexOf(':') + 1).split('@')[0] ?? '');
  return sender !== null && sender.kind !== 'mailbox';
}
