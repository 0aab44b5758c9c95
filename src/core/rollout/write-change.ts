import type { Change, Rollout, VerifyMode } from './rollout.js';
import { startDraft, withAudit, withHold, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import { HOUR_MS, type Instant } from '../instant.js';
import { mayAskProvider } from './ask-again.js';
import {
  forgetLate,
  mayLandUntil,
  overWhatStands,
  rungOfOurs,
  withLate,
  withoutChange,
} from './in-flight.js';
import { isInsideWindow } from './change-window.js';
import { isDmarcRecord } from '../record/tags.js';
import { holdProvider, markFound } from './provider-answer.js';
import { placeOf } from './record-place.js';
import { refuseElsewhere, refuseWrite, warningsOf, type Refusal, type Served } from './refuse-write.js';

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

/** What a change that was given up had tried to write; once the servers show it, it is taken as ours. */
const LANDED_LATE = 'an earlier change has taken effect late; waits until the name servers show it';
/** A decision that was to be made anew so long ago has been left lying: this was stopped. */
const STALE_AFTER_MS = HOUR_MS;

/**
 * Before a write: nothing is written unless the live record equals the one the plan was made for (I2), exactly one DMARC
 * record stands there (I6), and, going up, nothing holds (I3). An intent that a crash left behind is settled the same
 * way: equal to `after` is written, equal to `before` is tried again (going up, only once it is decided again), anything
 * else is drift. `served` null: whether it would be served isn't known, and not asked. `dueAt`: when it was to be decided
 * anew; a strengthening that has been left lying since is decided again first; null: it was decided just now.
 */
export function prepareWrite(
  stored: Rollout,
  live: LiveSet,
  now: Instant,
  served: Served | null = null,
  dueAt: Instant | null = null,
): WriteStep {
  // The same text twice is one record to DNS, which knows no such set (RFC 2181 5).
  const records = [...new Set(live.values.filter(isDmarcRecord))];
  const [text] = records;
  const rollout = overWhatStands(forgetLate(stored, now), text ?? null, now);
  const { change } = rollout;
  if (change === null || (change.stage !== 'approved' && change.stage !== 'intended'))
    return { kind: 'nothing' };
  const draft = startDraft(rollout, now);
  const elsewhere = served === null ? null : refuseElsewhere(change, records, served);
  if (elsewhere !== null && !isWritten(change, records))
    return { kind: 'store', draft: holdRefused(draft, elsewhere) };
  if (records.length > 1) {
    return {
      kind: 'store',
      draft: withHold(draft, 'several-records', `${records.length} DMARC records at the provider`),
    };
  }
  if (isWritten(change, records)) {
    return { kind: 'store', draft: markFound(draft, change) };
  }
  const isAsPlanned = (text ?? null) === change.before;
  const isLate = !isAsPlanned && rungOfOurs(rollout, text ?? null) !== null;
  if (!isAsPlanned && !isLate) return { kind: 'store', draft: failChange(draft, change, text) };
  if (change.direction === 'strengthen') {
    // Whether it is still wanted was decided before the interruption: the next decision says it anew.
    if (change.stage === 'intended')
      return {
        kind: 'store',
        draft: putBack(draft, change, 'the write was interrupted and has changed nothing'),
      };
    if (isLate) return { kind: 'store', draft: holdProvider(draft, LANDED_LATE, null) };
    if (dueAt !== null && now - dueAt > STALE_AFTER_MS)
      return {
        kind: 'store',
        draft: putBack(draft, change, 'it was decided long ago, and nobody looked since'),
      };
    if (!change.byHand && !isInsideWindow(rollout.settings.windows, now)) return { kind: 'nothing' };
    // A provider that failed holds until it may be asked again; then its answer clears it.
    const isHeld = rollout.holds.some((hold) => hold.reason !== 'provider-error');
    if (isHeld || !mayAskProvider(rollout, now)) return { kind: 'nothing' };
  }
  const refusal = refuseWrite(rollout, change, text ?? null, served);
  if (refusal !== null) return { kind: 'store', draft: holdRefused(draft, refusal) };
  const noted = withIntent(draft, stored.change, { ...change, ttl: live.ttl });
  // Where none stands it comes beside the others: a record that was taken away is put back.
  const standing = text === undefined ? [...live.values, change.after] : live.values;
  const replaced = standing.map((value) => (isDmarcRecord(value) ? change.after : value));
  const values = replaced.filter((value, at) => value !== change.after || replaced.indexOf(value) === at);
  return { kind: 'write', draft: noted, next: { values, ttl: live.ttl } };
}

/**
 * The intent, stored before the provider is asked. `stored`: the change as it was; where that was tried and is tried
 * again as it is, the history has it already.
 */
function withIntent(draft: Draft, stored: Change | null, change: Change): Draft {
  const intended: Change = { ...change, stage: 'intended', attempts: change.attempts + 1 };
  // Going up nothing stands against it any more; going down the receipt says so, and until then failures add up.
  const isUp = change.direction === 'strengthen';
  // People are told once it has answered: it may well fail again.
  const clear = isUp ? { ...withoutHold(draft, 'provider-error'), notices: draft.notices } : draft;
  const next = withRollout(clear, { change: intended });
  if (stored?.stage === 'intended' && stored.before === change.before && stored.after === change.after)
    return next;
  const warnings = warningsOf(draft.rollout.domain, change.after);
  return withAudit(next, {
    action: 'intended',
    cause: change.cause,
    before: change.before,
    after: change.after,
    evidence: warnings.length === 0 ? null : { warnings },
  });
}

/** Whether a write that was tried has taken place. A step back asks for no more than that its text stands. */
function isWritten({ after, attempts, direction }: Change, records: readonly string[]): boolean {
  return (attempts > 0 || direction === 'weaken') && records.length === 1 && records[0] === after;
}

/** What a provider that reads DNS in an API's place is to go by. */
export function readingHint(rollout: Rollout): {
  readonly verify: VerifyMode;
  readonly leaves?: string | null;
} {
  const { verify } = placeOf(rollout);
  const { change } = rollout;
  return change?.direction === 'weaken' ? { verify, leaves: change.before } : { verify };
}

/** The change stays: it is looked at again once what stands against it is gone. */
function holdRefused(draft: Draft, { reason, note }: Refusal): Draft {
  return reason === 'provider-error' ? holdProvider(draft, note, null) : withHold(draft, reason, note);
}

function putBack(draft: Draft, change: Change, cause: string): Draft {
  return withAudit(withRollout(draft, { change: { ...change, stage: 'planned' } }), {
    action: 'not-written',
    cause,
    before: change.before,
    after: change.after,
  });
}

function failChange(draft: Draft, change: Change, found: string | undefined): Draft {
  const isTried = change.attempts > 0 || change.writtenAt !== null;
  const dropped = withRollout(draft, withoutChange(draft.rollout, draft.now));
  const failed = withAudit(isTried && change.direction === 'weaken' ? takeBack(dropped, change) : dropped, {
    action: 'failed',
    cause: `the record at the provider is not the one that the plan was made for; ${isTried ? 'it is not written again' : 'nothing was written'}`,
    before: change.before,
    after: found ?? null,
  });
  const ours = failed.rollout.record ?? 'none';
  const tried =
    change.stage === 'intended' ? ` Whether this was written before is not known: ${change.after}.` : '';
  return withHold(
    failed,
    'drift',
    `somebody else changed the record. Ours: ${ours}.${tried} Now: ${found ?? 'none'}`,
  );
}

/**
 * A step back that was tried is ours, whatever has become of it: what stood before it must not be restored. Should that
 * come to be seen once more in time, it is ours, too.
 */
function takeBack(draft: Draft, change: Change): Draft {
  const { late = [], record, rung, stableRung } = draft.rollout;
  const { after, toRung } = change;
  const others = late.filter((it) => it.text !== after);
  const until = mayLandUntil(change, draft.now);
  const isReplaced = record !== null && record !== after;
  return withRollout(draft, {
    record: after,
    rung: toRung,
    stableRung: Math.min(stableRung, toRung),
    late: isReplaced ? withLate(others, { text: record, rung: rung ?? 0, until }) : others,
  });
}
