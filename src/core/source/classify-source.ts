import type { SourceClass, SourceDecision } from './source.js';
import { addDays, daysBetween } from '../instant.js';
import type { Day } from '../instant.js';
import type { SourceHistory } from './source-history.js';

export interface Classified {
  readonly class: SourceClass;
  readonly reasons: readonly string[];
  readonly settledBy: string | null;
}

/** What a source is measured against. */
export interface Surroundings {
  /** The newest day that reports reach. */
  readonly today: Day;
  /** Messages that passed, over all sources, a day. */
  readonly ownPerDay: number;
  /** Days since the first of them. */
  readonly ownDays: number;
}

/**
 * Failing mail below this share of the domain's own, or this number of messages, is not worth a person's time. The share
 * is taken over the days in which the source was active, or four weeks if those were fewer: a new sender must not wait
 * the longer the older the domain is.
 */
const FLOOR_SHARE = 0.005;
const FLOOR_MESSAGES = 4;
const FLOOR_DAYS = 28;
/** A sender seen on one day alone that doesn't come back for this long was no monthly run. */
const ONE_OFF_DAYS = 45;
/** A network that authenticates as nobody looks like a sender when it is there on this share of days … */
const STEADY_SHARE = 0.6;
/** … over at least so many days. */
const STEADY_DAYS = 14;

/**
 * The class of one source. A person's word settles it; else see the table in DESIGN section 5. Hostile is what is
 * left: it authenticates as nobody or fails as you, and comes and goes.
 */
export function classifySource(
  history: SourceHistory,
  around: Surroundings,
  decision: SourceDecision | null,
): Classified {
  if (decision !== null) {
    return {
      class: decision.class,
      reasons: [decision.note || 'settled by a person'],
      settledBy: decision.by,
    };
  }
  const said = (kind: SourceClass, reason: string): Classified => ({
    class: kind,
    reasons: [reason],
    settledBy: null,
  });
  const own = history.passed - history.forwarded;
  if (own > 0) return said('authorized', `${own} messages passed as yours, not forwarded`);
  if (history.forwarded > 0) {
    return said('forwarder', `${history.forwarded} messages carry your valid signature from foreign hosts`);
  }
  if (history.brokenSignature * 2 > history.messages && history.failingAsItself > 0) {
    return said(
      'forwarder',
      `${history.brokenSignature} messages carry your signature broken on the way, as mailing lists do`,
    );
  }
  return classifyFailing(history, around, said);
}

function floorOf({ days }: SourceHistory, { ownDays, ownPerDay, today }: Surroundings): number {
  const active = daysBetween(days[0]?.day ?? today, days.at(-1)?.day ?? today) + 1;
  const compared = Math.max(active, Math.min(ownDays, FLOOR_DAYS));
  return Math.max(FLOOR_MESSAGES, ownPerDay * compared * FLOOR_SHARE);
}

function classifyFailing(
  history: SourceHistory,
  around: Surroundings,
  said: (kind: SourceClass, reason: string) => Classified,
): Classified {
  if (history.failing < floorOf(history, around))
    return said('hostile', 'too few messages to be a sender of yours');
  if (history.failingAsItself > 0) {
    const last = history.days.at(-1)?.day ?? around.today;
    if (history.days.length === 1 && addDays(last, ONE_OFF_DAYS) <= around.today) {
      return said('hostile', `came once, on ${last}, and never again`);
    }
    return said('unknown', `${history.failing} messages authenticate as the sender itself, but not as you`);
  }
  const first = history.days[0]?.day ?? around.today;
  const span = daysBetween(first, around.today) + 1;
  const share = history.days.length / span;
  if (span >= STEADY_DAYS && share >= STEADY_SHARE) {
    return said(
      'unknown',
      `sends on ${Math.round(share * 100)} % of days from one network, authenticating as nobody`,
    );
  }
  return said('hostile', 'authenticates as nobody and comes and goes');
}
