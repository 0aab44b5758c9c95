import type { SourceClass, SourceDecision, SourceId } from './source.js';
import type { ActiveDay } from './active-day.js';
import { addDays, daysBetween } from '../instant.js';
import type { Day } from '../instant.js';
import { isForwarding, knownSender } from './known-sender.js';
import type { SourceHistory } from './source-history.js';
import type { Throwaways } from './visits.js';

export interface Classified {
  readonly class: SourceClass;
  readonly reasons: readonly string[];
  readonly settledBy: string | null;
}

/** What a source is measured against. */
export interface Surroundings {
  /** The newest day that reports reach. */
  readonly today: Day;
  /** Messages of the same Author Domain that passed, over all sources, a day. */
  readonly ownPerDay: number;
  /** Days since the first message that passed. */
  readonly ownDays: number;
  /** Senders that came and went for good, each as itself; null: too few to be a habit of somebody's. */
  readonly throwaways: Throwaways | null;
  /** Days for which a network must have been there to look like a sender. */
  readonly steadyDays: number;
}

/** One source as it is to be classified. */
export interface Unclassified {
  readonly id: SourceId;
  readonly history: SourceHistory;
  /** Some of it comes from addresses whose mail has passed as you. */
  readonly isFromOwnAddress: boolean;
  /** Some of it comes from addresses that have passed on mail of yours unbroken. */
  readonly isFromForwarder: boolean;
  /** A person's word on it; null: nobody has said anything. */
  readonly decision: SourceDecision | null;
}

/**
 * Failing mail of a sender that authenticates as itself matters from this share of the Author Domain's own mail on, that
 * of a network which is nobody from the larger one, and neither below a number of messages. The share is taken over the
 * days in which the source was active, or four weeks if those were fewer: a new sender must not wait the longer the
 * older the domain is.
 */
const SENDER_SHARE = 0.001;
const NETWORK_SHARE = 0.005;
const FLOOR_MESSAGES = 4;
const FLOOR_DAYS = 28;
/** A sender that came once, for so many days at most, and doesn't come back for so long was no monthly run. */
const VISIT_DAYS = 7;
const GONE_DAYS = 45;
/** A service that owners are known to use may send a quarterly mailing. */
const SERVICE_GONE_DAYS = 100;
/** A network that authenticates as nobody looks like a sender when it is there on this share of the days. */
const STEADY_SHARE = 0.5;
/** Days from one to the next after which it is another visit: more than a long weekend. */
const LONGEST_BREAK = 5;
/** A list or forwarder is met again and again; who fakes its marks comes and goes. */
const RELAY_DAYS = 4;

/**
 * The class of one source, with the reason. A person's word settles it; else the first row that holds:
 *
 * | its mail | class |
 * |---|---|
 * | has passed as yours, not forwarded, or comes from an address whose mail has | authorized |
 * | passed, always by a valid signature of yours from foreign hosts | forwarder |
 * | carries your signature broken, or is called list mail by receivers, and the sender comes again and again | forwarder |
 * | fails, but authenticates as the sender itself, enough to matter | unknown |
 * | the same, but came once and never again, or is one of many that did | hostile |
 * | authenticates as nobody, from one network on most days, enough to matter | unknown |
 * | else | hostile |
 */
export function classifySource(source: Unclassified, around: Surroundings): Classified {
  const { decision, history } = source;
  if (decision !== null) {
    return {
      class: decision.class,
      reasons: [decision.note || 'settled by a person'],
      settledBy: decision.by,
    };
  }
  const [kind, reason] = classify(source, around);
  const reasons =
    history.contradicted === 0
      ? [reason]
      : [reason, `${history.contradicted} failing messages that one reporter alone claims don't count`];
  return { class: kind, reasons, settledBy: null };
}

type Reasoned = readonly [SourceClass, string];

function classify(source: Unclassified, around: Surroundings): Reasoned {
  const { id, history, isFromOwnAddress } = source;
  const own = history.passed - history.forwarded;
  if (own > 0 && (history.isAttested || history.failing === 0)) {
    return ['authorized', `${own} messages passed as yours, not forwarded`];
  }
  if (isFromOwnAddress) return ['authorized', 'comes from an address whose mail has passed as yours'];
  if (history.forwarded > 0 && (history.isForwarding || history.failing === 0)) {
    return ['forwarder', `${history.forwarded} messages carry your valid signature from foreign hosts`];
  }
  if (history.contradicted >= history.failing) {
    return ['hostile', 'one reporter that nobody knows is the only one to have seen it'];
  }
  return relayed(source, around) ?? classifyFailing(id, history, around);
}

/**
 * Null: nothing says that it passes on mail of yours. A list bounces or signs as itself, a forwarder has passed on other
 * mail unbroken; who does neither and breaks your signature may as well be a host of yours with a broken key.
 */
function relayed({ id, history, isFromForwarder }: Unclassified, around: Surroundings): Reasoned | null {
  if (!history.isWitnessed) return null;
  const isSender = history.failingAsItself > 0;
  const isThereOften = isSender ? history.days.length >= RELAY_DAYS : steadiness(history, around) !== null;
  if (!isThereOften) return null;
  if ((isSender || isFromForwarder) && isMarked(id, history, history.brokenSignature)) {
    return [
      'forwarder',
      `${history.brokenSignature} messages carry your signature broken on the way, as mailing lists do`,
    ];
  }
  return isMarked(id, history, history.indirect)
    ? ['forwarder', `receivers say of ${history.indirect} messages that a list or forwarder passed them on`]
    : null;
}

/** By most of its mail, or by any when it is known to pass on mail. */
function isMarked(id: SourceId, history: SourceHistory, marked: number): boolean {
  return marked * 2 > history.messages || (marked > 0 && isForwardingDomain(id));
}

/** At a mailbox provider anybody may be the sender. */
function isStranger(id: SourceId): boolean {
  const sender = knownSender(domainOf(id));
  return sender === null || sender.kind === 'mailbox';
}

function isForwardingDomain(id: SourceId): boolean {
  const sender = id.startsWith('domain:') ? knownSender(domainOf(id)) : null;
  return sender !== null && isForwarding(sender);
}

function domainOf(id: SourceId): string {
  return id.slice(id.indexOf(':') + 1).split('@')[0] ?? '';
}

/** What passes says nothing about how a sender fails, and anybody may claim it. */
function failingDays({ badDays, days }: SourceHistory): readonly ActiveDay[] {
  return badDays.length === 0 ? days : badDays;
}

function isEnough(
  history: SourceHistory,
  { ownDays, ownPerDay, today }: Surroundings,
  share: number,
): boolean {
  const failing = failingDays(history);
  const active = daysBetween(failing[0]?.day ?? today, failing.at(-1)?.day ?? today) + 1;
  const compared = Math.max(active, Math.min(ownDays, FLOOR_DAYS));
  return history.failing >= Math.max(FLOOR_MESSAGES, ownPerDay * compared * share);
}

function classifyFailing(id: SourceId, history: SourceHistory, around: Surroundings): Reasoned {
  const isSender = history.failingAsItself > 0;
  if (!isEnough(history, around, isSender ? SENDER_SHARE : NETWORK_SHARE)) {
    return ['hostile', 'too few messages to be a sender of yours'];
  }
  if (!isSender) {
    const share = steadiness(history, around);
    return share === null
      ? ['hostile', 'authenticates as nobody and comes and goes']
      : [
          'unknown',
          `sends on ${Math.round(share * 100)} % of days from one network, authenticating as nobody`,
        ];
  }
  const failing = failingDays(history);
  const last = failing.at(-1)?.day ?? around.today;
  const visit = daysBetween(failing[0]?.day ?? around.today, last) + 1;
  const goneAfter = isStranger(id) ? GONE_DAYS : SERVICE_GONE_DAYS;
  if (visit <= VISIT_DAYS && addDays(last, goneAfter) <= around.today) {
    return ['hostile', `came once, until ${last}, and never again`];
  }
  if (around.throwaways !== null && visit <= around.throwaways.longestVisit && isStranger(id)) {
    return ['hostile', `one of ${around.throwaways.seen} senders that came for a few days and never again`];
  }
  return ['unknown', `${history.failing} messages authenticate as the sender itself, but not as you`];
}

/** A network that authenticates as nobody and isn't there on most days is hostile whatever else is known. */
export function comesAndGoes(
  id: SourceId,
  history: SourceHistory,
  around: Pick<Surroundings, 'today' | 'steadyDays'>,
): boolean {
  return id.startsWith('net:') && steadiness(history, around) === null;
}

/**
 * The share of days on which a network sent since it began to send without long breaks, until today; null: too small to
 * be a sender's, or over too short a time. Who comes back after a while begins anew.
 */
function steadiness(
  { days }: SourceHistory,
  { today, steadyDays }: Pick<Surroundings, 'today' | 'steadyDays'>,
): number | null {
  if (days.length < steadyDays * STEADY_SHARE) return null;
  let steadiest: number | null = null;
  for (const { first, last, active } of stretches(days)) {
    const [length, since] = [daysBetween(first, last) + 1, daysBetween(first, today) + 1];
    const share = active / since;
    // Its last days may not be reported yet, or be a weekend.
    const isLong = length >= steadyDays || (since >= steadyDays && since - length <= LONGEST_BREAK / 2);
    if (isLong && share >= STEADY_SHARE) steadiest = Math.max(steadiest ?? 0, share);
  }
  return steadiest;
}

interface Stretch {
  readonly first: Day;
  last: Day;
  /** Days on which it sent. */
  active: number;
}

function stretches(days: readonly ActiveDay[]): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const { day } of days) {
    const current = found.at(-1);
    if (current === undefined || daysBetween(current.last, day) > LONGEST_BREAK) {
      found.push({ first: day, last: day, active: 1 });
    } else {
      current.last = day;
      current.active += 1;
    }
  }
  return found;
}
