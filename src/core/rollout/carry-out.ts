import type { Command, Refused } from './command.js';
import { dropChange, footingBelow, planWeakening, withChange } from './next-change.js';
import { hasHold, startDraft, withAudit, withHold, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import type { HoldReason, Rollout } from './rollout.js';
import { awaitsApproval } from './rollout.js';
import type { Instant } from '../instant.js';
import type { Observation } from './observation.js';
import { adopt, ownText } from './reconcile-record.js';
import { forgetLate } from './in-flight.js';
import { isOverdue } from './verify-change.js';
import { nextRung } from './rungs.js';
import { knownHarm, type Verdict } from './verdict.js';
import { APPROVAL_MS, planRestore, strengtheningTo } from './plan.js';

/** Holds that a person may push a rung past: what can't be told yet. All others must be settled first. */
const PROMOTABLE: readonly HoldReason[] = ['inconclusive', 'awaiting-approval', 'outside-window'];

export interface CommandContext {
  readonly now: Instant;
  /** The token's name. */
  readonly actor: string;
  /** What stands in DNS now; only `adopt` and `restore` look at it. */
  readonly observed: Observation;
  /** What the evidence said last; only `promote` looks at it. Null or absent: nothing is known. */
  readonly verdict?: Verdict | null;
}

/** Carries out what a person asks, or says why not. Pure; the result is stored with its audit like any decision. */
export function carryOut(rollout: Rollout, command: Command, context: CommandContext): Draft | Refused {
  const draft = startDraft(forgetLate(rollout, context.now), context.now, context.actor);
  switch (command.kind) {
    case 'pause':
      return noted(pause(draft, command), command);
    case 'resume':
      return hasHold(rollout, 'paused')
        ? noted(withoutHold(draft, 'paused'), command)
        : refused('it is not paused');
    case 'approve':
      return approve(draft, command);
    case 'reject':
      return reject(draft, command);
    case 'promote':
      return promote(draft, command, context.verdict ?? null);
    case 'abort':
      return abort(draft, command);
    case 'retry':
      return hasHold(rollout, 'aborted') ? retry(draft, command) : refused('it was not aborted');
    case 'adopt':
      return adoptForeign(draft, command, context.observed);
    case 'restore':
      return restore(draft, command, context.observed);
  }
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

function noted(draft: Draft, command: Command): Draft {
  return withAudit(draft, { action: command.kind, cause: command.note || 'no note given' });
}

function pause(draft: Draft, command: Command): Draft {
  return callBack(withHold(draft, 'paused', command.note || 'no note given'), 'paused');
}

/** What a person was told to publish is not to be, though nobody can see whether it is on its way. */
function callBack(draft: Draft, why: string): Draft {
  const { change } = draft.rollout;
  const isHandedOut = change?.stage === 'written' && change.publisher === 'person';
  return isHandedOut && change.direction === 'strengthen' ? dropChange(draft, why) : draft;
}

function approve(draft: Draft, command: Extract<Command, { kind: 'approve' }>): Draft | Refused {
  const { change } = draft.rollout;
  if (change === null || !awaitsApproval(change)) return refused('no change waits for approval');
  if (change.planHash !== command.planHash) {
    return refused(
      `the plan has changed since you saw it; it is now ${change.planHash} and would publish: ${change.after}`,
    );
  }
  if (change.approvalExpiresAt !== null && draft.now >= change.approvalExpiresAt)
    return refused('the plan has expired');
  const approvalExpiresAt = draft.now + APPROVAL_MS;
  const approved = withRollout(draft, {
    change: { ...change, stage: 'approved', approvedBy: draft.actor, approvalExpiresAt },
  });
  const entry = {
    action: 'approved',
    cause: command.note || 'no note given',
    before: change.before,
    after: change.after,
  };
  return withAudit(withoutHold(approved, 'awaiting-approval'), entry);
}

function reject(draft: Draft, command: Extract<Command, { kind: 'reject' }>): Draft | Refused {
  const { change } = draft.rollout;
  if (change === null || !awaitsApproval(change)) return refused('no change waits for approval');
  const dropped = dropChange(draft, `rejected: ${command.note || 'no note given'}`);
  return noted(withHold(dropped, 'paused', 'the planned change was rejected'), command);
}

function promote(draft: Draft, command: Command, verdict: Verdict | null): Draft | Refused {
  const { rollout } = draft;
  const next = nextRung(rollout);
  const to = next === null ? null : { rung: next.index, sp: null };
  const cause = `promoted by ${draft.actor}: ${command.note || 'no note given'}`;
  const request = to === null ? null : strengtheningTo(rollout, to, cause);
  if (request === null) return refused('there is no rung above this one');
  if (rollout.change !== null && rollout.change.stage !== 'planned') {
    return refused(`a change is under way (${rollout.change.stage})`);
  }
  const hold = rollout.holds.find((it) => !PROMOTABLE.includes(it.reason));
  if (hold !== undefined) return refused(`${hold.reason} must be settled first: ${hold.note}`);
  const harm = verdict === null ? null : knownHarm(verdict);
  if (harm !== null) return refused(harm);
  const dropped = dropChange(draft, 'replaced by a promotion');
  const clear = PROMOTABLE.reduce(withoutHold, dropped);
  const planned = withChange(clear, { ...request, byHand: true, needsApproval: false });
  return noted(undecided(planned), command);
}

/** Whether it hurts by now is decided by the evidence, right before it is written. */
function undecided(draft: Draft): Draft {
  const { change } = draft.rollout;
  return change === null ? draft : withRollout(draft, { change: { ...change, stage: 'planned' } });
}

function abort(draft: Draft, command: Extract<Command, { kind: 'abort' }>): Draft {
  const { rollout } = draft;
  const { change } = rollout;
  const isUnwritten = change?.stage === 'planned' || change?.stage === 'approved';
  const stopped = isUnwritten && change.direction === 'strengthen' ? dropChange(draft, 'aborted') : draft;
  const held = withHold(stopped, 'aborted', command.note || 'no note given');
  if (command.target === 'stay') return noted(callBack(held, 'aborted'), command);
  const toRung = command.target === 'none' ? 0 : Math.min(rollout.stableRung, rollout.rung ?? 0);
  const cause = `aborted by ${draft.actor}: ${command.note || 'no note given'}`;
  const to = footingBelow(rollout, toRung);
  const weakened = planWeakening(keepTarget(held, toRung), to, cause, 'person');
  return noted(callBack(weakened, 'aborted'), command);
}

/** With the hold, since the change that leads there may be given up. Of two targets the lower one stays. */
function keepTarget(draft: Draft, toRung: number): Draft {
  const holds = draft.rollout.holds.map((it) =>
    it.reason === 'aborted' ? { ...it, toRung: Math.min(toRung, it.toRung ?? toRung) } : it,
  );
  return withRollout(draft, { holds });
}

/** A record that a person adopts stays as it is, wherever an abort was to lead. */
function forgetTarget(draft: Draft): Draft {
  const holds = draft.rollout.holds.map((it) =>
    it.toRung === undefined ? it : { ...it, toRung: undefined },
  );
  return withRollout(draft, { holds });
}

/** A fresh window: what was seen before the abort doesn't count for the next rung. */
function retry(draft: Draft, command: Command): Draft {
  return noted(withRollout(withoutHold(draft, 'aborted'), { windowStart: draft.now }), command);
}

function adoptForeign(draft: Draft, command: Command, observed: Observation): Draft | Refused {
  // A written change that stays unseen may have been undone: the old record is taken, and the change given up.
  const isUnseen = draft.rollout.change?.stage === 'written' && isOverdue(draft.rollout, draft.now);
  if (!hasHold(draft.rollout, 'drift') && !isUnseen) return refused('the record has not drifted');
  if (observed.kind === 'absent')
    return refused('the record is gone; restore it, or publish another (absent)');
  if (observed.kind !== 'record') return refused(`there is no single record to adopt (${observed.kind})`);
  return noted(adopt(forgetTarget(draft), observed.text, null, 'adopted by a person'), command);
}

function restore(draft: Draft, command: Command, observed: Observation): Draft | Refused {
  const { rollout } = draft;
  const { text, rung } = ownText(rollout);
  if (!hasHold(rollout, 'drift') || text === null) return refused('the record has not drifted');
  const isGone = observed.kind === 'absent';
  if (!isGone && observed.kind !== 'record')
    return refused(`there is no single record to replace (${observed.kind})`);
  const change = planRestore(
    rollout,
    {
      to: { rung, sp: null },
      direction: 'weaken', // puts back what we own; it asks for no more than the owner already agreed to
      cause: `restored by ${draft.actor}: ${command.note || 'no note given'}`,
      byHand: true,
      needsApproval: false,
      before: isGone ? null : observed.text,
      ttl: isGone ? null : observed.ttl,
      fromRung: rung,
    },
    text,
    draft.now,
  );
  const dropped = dropChange(draft, 'replaced by a restore');
  const stableRung = Math.min(rollout.stableRung, rung);
  return noted(withRollout(dropped, { change, record: text, rung, stableRung }), command);
}
