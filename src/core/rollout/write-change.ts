import type { Change, Rollout } from './rollout.js';
import { hasHold, startDraft, withAudit, withHold, withNotice, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import { DAY_MS } from '../instant.js';
import type { NoticeEvent } from './audit.js';
import type { Instant } from '../instant.js';
import type { Observation } from './observation.js';
import { isDmarcRecord } from '../record/tags.js';

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

/**
 * Before a write: nothing is written unless the live record equals the one the plan was made for (I2), exactly one DMARC
 * record stands there (I6), and, going up, nothing holds (I3). An intent that a crash left behind is settled the same
 * way: equal to `after` is written, equal to `before` is tried again (going up, only once it is decided again), anything
 * else is drift.
 */
export function prepareWrite(rollout: Rollout, live: LiveSet, now: Instant): WriteStep {
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
    if (rollout.holds.length > 0) return { kind: 'nothing' };
  }
  const intended: Change = { ...change, stage: 'intended', ttl: live.ttl, attempts: change.attempts + 1 };
  const noted = withAudit(withRollout(draft, { change: intended }), {
    action: 'intended',
    cause: change.cause,
    before: change.before,
    after: change.after,
  });
  const values = live.values.map((value) => (isDmarcRecord(value) ? change.after : value));
  return { kind: 'write', draft: noted, next: { values, ttl: live.ttl } };
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

/** After the provider took it. */
export function recordReceipt(rollout: Rollout, receipt: string, now: Instant): Draft {
  const draft = startDraft(rollout, now);
  return rollout.change === null ? draft : markWritten(draft, rollout.change, receipt);
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

/** After the provider refused or did not answer: hold and try again later; whether it was applied, the next read tells. */
export function recordFault(rollout: Rollout, message: string, now: Instant): Draft {
  const draft = startDraft(rollout, now);
  if (!hasHold(rollout, 'provider-error')) return withHold(draft, 'provider-error', message);
  // People have been told; the wait begins anew.
  const holds = rollout.holds.map((it) =>
    it.reason === 'provider-error' ? { ...it, since: now, note: message } : it,
  );
  return withRollout(draft, { holds });
}

/** After asking all authoritative servers: the rung is taken only when each of them shows it. */
export function recordObservation(rollout: Rollout, observed: Observation, now: Instant): Draft {
  const draft = startDraft(rollout, now);
  const { change } = rollout;
  if (change?.stage !== 'written') return draft;
  if (observed.kind === 'record' && observed.text === change.after) return markVerified(draft, change);
  if (!isOverdue(change, now)) return draft;
  return withHold(
    draft,
    'provider-error',
    'the change is not to be seen on every authoritative server a day after it was written',
  );
}

/** Whether a written change should have been seen everywhere by now. */
export function isOverdue(change: Change, now: Instant): boolean {
  return now - (change.writtenAt ?? now) > VERIFY_WITHIN_MS;
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
    cause: 'every authoritative server shows it',
    before: change.before,
    after: change.after,
  });
  const event = eventOf(change);
  return withNotice(noted, event, `${change.cause}. Published: ${change.after}`, change);
}

function eventOf(change: Change): NoticeEvent {
  if (change.byHand && change.toRung === change.fromRung) return 'drift'; // a foreign record was replaced by ours
  return change.direction === 'strengthen' ? 'strengthened' : 'stepped-back';
}
