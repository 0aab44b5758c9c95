import { DEFAULT_SETTINGS } from '../../src/core/rollout/rollout.js';
import type { Change, Hold, HoldReason, Rollout, RolloutSettings } from '../../src/core/rollout/rollout.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { Condition, Verdict } from '../../src/core/rollout/verdict.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';

export const NONE = 'v=DMARC1; p=none; rua=mailto:dmarc@shop.example';
export const QUARANTINE_10 = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@shop.example';
export const QUARANTINE_25 = 'v=DMARC1; p=quarantine; pct=25; t=y; rua=mailto:dmarc@shop.example';
export const REJECT = 'v=DMARC1; p=reject; rua=mailto:dmarc@shop.example';

/** A change that steps back from the first rung. */
export const WEAKEN = {
  direction: 'weaken',
  fromRung: 1,
  toRung: 0,
  before: QUARANTINE_10,
  after: NONE,
} as const;

/** A day on which the window of `anAssessment` has just been closed. */
export const NOW = Date.parse('2026-03-13T12:00:00Z');

/** Stands at `p=none` on the ladder `gradual` since 2026-01-31, nothing open. */
export function aRollout(
  patch: Partial<Omit<Rollout, 'settings'>> & { readonly settings?: Partial<RolloutSettings> } = {},
): Rollout {
  const since = Date.parse('2026-01-31T00:00:00Z');
  return {
    domain: 'shop.example',
    provider: 'main',
    ladder: LADDERS.gradual,
    rung: 0,
    stableRung: 0,
    holds: [],
    change: null,
    record: NONE,
    windowStart: since,
    enrolledAt: since,
    version: 7,
    ...patch,
    settings: { ...DEFAULT_SETTINGS, ...patch.settings },
  };
}

/** Enrolled, its record not read yet. */
export function anEnrolled(patch: Parameters<typeof aRollout>[0] = {}): Rollout {
  return aRollout({ rung: null, record: null, windowStart: null, ...patch });
}

/** From `p=none` to the first rung of `gradual`, planned by the ratchet and approved as such. */
export function aChange(patch: Partial<Change> = {}): Change {
  return {
    id: 'c1',
    fromRung: 0,
    toRung: 1,
    direction: 'strengthen',
    before: NONE,
    after: QUARANTINE_10,
    ttl: 3600,
    planHash: 'hash',
    stage: 'approved',
    cause: 'evidence passed',
    plannedAt: NOW,
    needsApproval: false,
    approvedBy: null,
    byHand: false,
    approvalExpiresAt: null,
    writtenAt: null,
    verifiedAt: null,
    effectiveAt: null,
    receipt: null,
    reference: null,
    attempts: 0,
    ...patch,
  };
}

/** Waits for a person until a week after `NOW`. */
export function aPlannedChange(patch: Partial<Change> = {}): Change {
  return aChange({
    stage: 'planned',
    needsApproval: true,
    approvalExpiresAt: NOW + 7 * 86_400_000,
    ...patch,
  });
}

export function aHold(reason: HoldReason, patch: Partial<Hold> = {}): Hold {
  return { reason, since: NOW, by: 'ratchet', note: `because of ${reason}`, clearsItself: true, ...patch };
}

export function reasonsOf(rollout: Rollout): readonly HoldReason[] {
  return rollout.holds.map((it) => it.reason);
}

export function observed(text: string, ttl = 3600): Observation {
  return { kind: 'record', text, ttl, others: [] };
}

export function aVerdict(patch: Partial<Verdict> = {}): Verdict {
  return {
    kind: 'pass',
    why: 'the next rung hurts nobody',
    conditions: [],
    next: { rung: 1, sp: null },
    stepBackTo: null,
    earliest: null,
    ...patch,
  };
}

export function aCondition(patch: Partial<Condition> = {}): Condition {
  return {
    name: 'soak',
    satisfied: true,
    actual: '40',
    required: '30',
    why: 'because',
    earliest: null,
    ...patch,
  };
}
