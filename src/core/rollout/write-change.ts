import type { Change, Rollout } from './rollout.js';
import { hasHold, startDraft, withAudit, withHold, withNotice, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import type { NoticeEvent } from './audit.js';
import type { Instant } from '../instant.js';
import type { Observation } from './observation.js';
import { isDmarcRecord } from '../record/tags.js';
import { placeOf } from './record-place.js';
import { refuseWrite, warningsOf, type Refusal, type Served } from './refuse-write.js';

/** The TXT set as the provider gives it. */
interface LiveSet {
  readonly values: readonly string[];
  readonly ttl: number | null;
}

/** What to do with a change that is to be written, by what stands at the provider. */
export type WriteStep =
  /** Store `draft` (the intent), then replace `live` by `next`. */
  | { readonly kind: 'write'; readonly draft: Draft; readonly next: LiveSet }
  /** Store `draft`; nothing is to be written: it was written already, or something forbids it. */
  | { readonly kind: 'store'; readonly draft: Draft }
  | { readonly kind: 'nothing' };

/** Seconds that resolvers may remember that there was no record, when the zone doesn't say (RFC 2308 5). */
const UNKNOWN_TTL = 3600;
/** A change that isn't to be seen everywhere after so long needs a person. */
const VERIFY_WITHIN_MS = DAY_MS;
/** However long a provider wants to be left alone, it is asked again after this. */
const LONGEST_WAIT_MS = DAY_MS;

/** Whether the provider may be asked now: there is something to write, and it may be asked again. */
export function mayAskProvider(rollout: Rollout, now: Instant): boolean {
  const stage = rollout.change?.stage;
  return (stage === 'approved' || stage === 'intended') && now >= askAgainAt(rollout);
}

/**
 * When a provider that failed may be asked again; 0: any time. One that said when is left alone until then. Else, going
 * up, it is asked after a while, ever longer up to an hour; going down, and to settle an intent, at once.
 */
export function askAgainAt({ change, holds }: Rollout): Instant {
  const fault = holds.find((hold) => hold.reason === 'provider-error');
  if (fault === undefined || change === null) return 0;
  const until = fault.until ?? 0;
  if (change.stage === 'intended' || change.direction === 'weaken') return until;
  return Math.max(until, fault.since + Math.min(HOUR_MS, 60_000 * 2 ** Math.min(change.attempts, 10)));
}

/**
 * Before a write: nothing is written unless the live record equals the one the plan was made for (I2), exactly one DMARC
 * record stands there (I6), and, going up, nothing holds (I3). An intent that a crash left behind is settled the same
 * way: equal to `after` is written, equal to `before` is tried again (going up, only once it is decided again), anything
 * else is drift. `served` null: whether it would be served isn't known, and not asked.
 */
export function prepareWrite(
  rollout: Rollout,
  live: LiveSet,
  now: Instant,
  served: Served | null = null,
): WriteStep {
  const { change } = rollout;
  if (change === null || (change.stage !== 'approved' && change.stage !== 'intended'))
    return { kind: 'nothing' };
  const draft = startDraft(rollout, now);
  const records = live.values.filter(isDmarcRecord);
  const [text] = records;
  if (records.length > 1) {
    return {
      kind: 'store',
      draft: withHold(draft, 'several-records', `${records.length} DMARC records at the provider`),
    };
  }
  if (text === change.after && change.attempts > 0) {
    return { kind: 'store', draft: markWritten(draft, change, 'found written after an interruption') };
  }
  if (text !== change.before) return { kind: 'store', draft: failChange(draft, change, text) };
  if (change.direction === 'strengthen') {
    // Whether it is still wanted was decided before the interruption: the next decision says it anew.
    if (change.stage === 'intended') return { kind: 'store', draft: putBack(draft, change) };
    // A provider that failed holds until it may be asked again; then its answer clears it.
    const isHeld = rollout.holds.some((hold) => hold.reason !== 'provider-error');
    if (isHeld || !mayAskProvider(rollout, now)) return { kind: 'nothing' };
  }
  const refusal = refuseWrite(rollout, change, text ?? null, served);
  if (refusal !== null) return { kind: 'store', draft: holdRefused(draft, refusal) };
  const intended: Change = { ...change, stage: 'intended', ttl: live.ttl, attempts: change.attempts + 1 };
  const warnings = warningsOf(rollout.domain, change.after);
  // The provider has answered, and nothing stands against the write any more.
  const noted = withAudit(withRollout(withoutHold(draft, 'provider-error'), { change: intended }), {
    action: 'intended',
    cause: change.cause,
    before: change.before,
    after: change.after,
    evidence: warnings.length === 0 ? null : { warnings },
  });
  const values = live.values.map((value) => (isDmarcRecord(value) ? change.after : value));
  return { kind: 'write', draft: noted, next: { values, ttl: live.ttl } };
}

/** The change stays: it is looked at again once what stands against it is gone. */
function holdRefused(draft: Draft, { reason, note }: Refusal): Draft {
  return reason === 'provider-error' ? holdProvider(draft, note, null) : withHold(draft, reason, note);
}

function putBack(draft: Draft, change: Change): Draft {
  return withAudit(withRollout(draft, { change: { ...change, stage: 'planned' } }), {
    action: 'not-written',
    cause: 'the write was interrupted and has changed nothing',
    before: change.before,
    after: change.after,
  });
}

function failChange(draft: Draft, change: Change, found: string | undefined): Draft {
  const failed = withAudit(withRollout(draft, { change: null }), {
    action: 'failed',
    cause: 'the record at the provider is not the one that the plan was made for; nothing was written',
    before: change.before,
    after: found ?? null,
  });
  return withHold(
    failed,
    'drift',
    `somebody else changed the record. Ours: ${change.before ?? 'none'}. Now: ${found ?? 'none'}`,
  );
}

/** After the provider took it. `reference`: by which it tells how far it is; null: it doesn't. */
export function recordReceipt(
  rollout: Rollout,
  receipt: string,
  now: Instant,
  reference: string | null = null,
): Draft {
  const draft = startDraft(rollout, now);
  return rollout.change === null ? draft : markWritten(draft, { ...rollout.change, reference }, receipt);
}

function markWritten(draft: Draft, change: Change, receipt: string): Draft {
  const written: Change = { ...change, stage: 'written', writtenAt: draft.now, receipt };
  return withAudit(withoutHold(withRollout(draft, { change: written }), 'provider-error'), {
    action: 'written',
    cause: receipt,
    before: change.before,
    after: change.after,
  });
}

/**
 * After the provider refused or did not answer: hold and try again later; whether it was applied, the next read tells.
 * `retryAfterMs`: how long the provider wants to be left alone; null: it didn't say.
 */
export function recordFault(
  rollout: Rollout,
  message: string,
  now: Instant,
  retryAfterMs: number | null = null,
): Draft {
  const until = retryAfterMs === null ? null : now + Math.min(Math.max(retryAfterMs, 0), LONGEST_WAIT_MS);
  return holdProvider(startDraft(rollout, now), message, until);
}

function holdProvider(draft: Draft, note: string, until: Instant | null): Draft {
  const isKnown = hasHold(draft.rollout, 'provider-error');
  const held = isKnown ? draft : withHold(draft, 'provider-error', note);
  // While it stands people have been told, and after the first of several failed writes too: the wait begins anew.
  const isToldOf = isKnown || (draft.rollout.change?.attempts ?? 0) > 1;
  const holds = held.rollout.holds.map((it) =>
    it.reason === 'provider-error' ? { ...it, since: draft.now, note, until } : it,
  );
  const renewed = withRollout(held, { holds });
  return isToldOf ? { ...renewed, notices: draft.notices } : renewed;
}

/** After asking all servers that are to be asked: the rung is taken only when each of them shows it. */
export function recordObservation(rollout: Rollout, observed: Observation, now: Instant): Draft {
  const draft = startDraft(rollout, now);
  const { change } = rollout;
  if (change?.stage !== 'written') return draft;
  if (observed.kind === 'record' && observed.text === change.after) return markVerified(draft, change);
  if (!isOverdue(rollout, now)) return draft;
  return withHold(
    draft,
    'provider-error',
    'the change is not to be seen on every server that is asked a day after it was written',
  );
}

/** Whether a written change should have been seen everywhere by now. Resolvers remember the old record for its TTL. */
export function isOverdue(rollout: Rollout, now: Instant): boolean {
  const { change } = rollout;
  if (change === null) return false;
  const remembered = placeOf(rollout).verify === 'authoritative' ? 0 : (change.ttl ?? UNKNOWN_TTL) * 1000;
  return now - (change.writtenAt ?? now) > VERIFY_WITHIN_MS + Math.min(remembered, 7 * DAY_MS);
}

function markVerified(draft: Draft, change: Change): Draft {
  const verified: Change = {
    ...change,
    stage: 'verified',
    verifiedAt: draft.now,
    effectiveAt: draft.now + (change.ttl ?? UNKNOWN_TTL) * 1000,
  };
  const standing = withRollout(draft, {
    change: verified,
    record: change.after,
    rung: change.toRung,
    stableRung: Math.min(draft.rollout.stableRung, change.toRung),
  });
  const cleared = withoutHold(withoutHold(standing, 'provider-error'), 'drift');
  const noted = withAudit(cleared, {
    action: 'verified',
    cause: SHOWN_BY[placeOf(draft.rollout).verify],
    before: change.before,
    after: change.after,
  });
  const event = eventOf(change);
  return withNotice(noted, event, `${change.cause}. Published: ${change.after}`, change);
}

const SHOWN_BY = {
  authoritative: 'every authoritative server shows it',
  recursive: 'every resolver shows it',
  both: 'every authoritative server and every resolver shows it',
} as const;

function eventOf(change: Change): NoticeEvent {
  if (change.byHand && change.toRung === change.fromRung) return 'drift'; // a foreign record was replaced by ours
  return change.direction === 'strengthen' ? 'strengthened' : 'stepped-back';
}
