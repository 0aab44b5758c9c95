import type { Change, HoldReason, Rollout } from './rollout.js';
import { currentRung } from './rungs.js';

import { rungText } from './ladder.js';
import { hasHold, withChangeAudit, withHold, withNotice, withoutHold, withRollout } from './draft.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import type { PlanRequest } from './plan.js';
import type { Verdict } from './verdict.js';
import { planChange, strengtheningTo, textBackAt } from './plan.js';
import { warningsOf } from './refuse-write.js';
import { isComplete, ownTags, weaker } from './footing.js';
import { exposed, withoutChange } from './in-flight.js';
import type { Footing } from './footing.js';
import { strictness } from '../record/policy.js';
import { readPolicyTags } from '../record/tags.js';

/** A verified change whose old record has run out everywhere becomes the state: a new evidence window begins. */
export function completeChange(draft: Draft): Draft {
  const { rollout } = draft;
  const { change } = rollout;
  if (change?.stage !== 'verified' || change.effectiveAt === null || draft.now < change.effectiveAt)
    return draft;
  const done = withRollout(draft, {
    change: null,
    windowStart: change.effectiveAt,
    // Only the evidence says that a rung passed; a person who pushes past it doesn't.
    stableRung: change.direction === 'strengthen' && !change.byHand ? change.fromRung : rollout.stableRung,
  });
  const noted = withChangeAudit(done, change, 'effective', change.cause);
  const isLast = change.direction === 'strengthen' && isComplete(noted.rollout);
  return isLast ? withNotice(noted, 'completed', `reached its last rung: ${change.after}`) : noted;
}

export function dropChange(draft: Draft, why: string): Draft {
  const { change } = draft.rollout;
  if (change === null) return draft;
  const dropped = withChangeAudit(
    withRollout(draft, withoutChange(draft.rollout, draft.now)),
    change,
    'superseded',
    why,
  );
  const clear = withoutHold(dropped, 'awaiting-approval');
  // Whoever was told to publish it and hasn't must not do so now.
  const isHandedOut = change.stage === 'written' && change.publisher === 'person';
  return isHandedOut
    ? withNotice(clear, 'to-publish', `no longer to be published: ${change.after}. ${why}`, change)
    : clear;
}

/** While another record than ours stands at the name there is nothing to weaken: a write would be refused (I2). */
const NOT_OURS: readonly HoldReason[] = ['drift', 'several-records', 'cname'];

/**
 * Goes down at once, whatever holds: only a record that isn't ours stops it. Where DNS can't say whose it is any more, an
 * earlier drift doesn't: the provider is read before the write.
 */
export function weaken(draft: Draft, verdict: Verdict, observed: Observation): Draft {
  const target = verdict.stepBackTo;
  const { rollout } = draft;
  if (target === null || rollout.rung === null || rollout.record === null) return draft;
  const isUntold = observed.kind === 'unknown' || observed.kind === 'disagree';
  if (NOT_OURS.some((reason) => hasHold(rollout, reason) && !isUntold)) return draft;
  return planWeakening(draft, target, verdict.why, 'automatic');
}

/**
 * Goes on to where a person's abort was to lead: its change is given up where another record than ours is found, and a
 * record of ours may come to stand again.
 */
export function weakenAsAborted(draft: Draft, observed: Observation): Draft {
  const { holds } = draft.rollout;
  const aborted = holds.find(({ reason }) => reason === 'aborted');
  if (aborted?.toRung === undefined || observed.kind !== 'record') return draft;
  if (holds.some(({ reason }) => NOT_OURS.includes(reason))) return draft;
  const to = footingBelow(draft.rollout, aborted.toRung);
  return planWeakening(draft, to, `aborted by ${aborted.by}: ${aborted.note}`, 'automatic');
}

/** A lower rung, with the subdomains no stricter than they are now, nor than the domain itself will be. */
export function footingBelow(rollout: Rollout, toRung: number): Footing {
  const own = ownTags(exposed(rollout));
  const { p } = (rollout.ladder.rungs[toRung] ?? currentRung(rollout)).tags;
  // At `p=none` nothing is asked of anybody, nor of those that don't exist (RFC 9989 4.7 "np").
  if (p === 'none' && own?.np !== undefined) return { rung: toRung, sp: 'none' };
  return { rung: toRung, sp: own?.sp === undefined ? null : weaker(own.sp, p) };
}

/**
 * Plans a change down; an open one that strengthens gives way. No effect when already going there, or lower. What was
 * written and not seen yet is taken to stand; should it not, the write finds out (`overWhatStands`).
 */
export function planWeakening(draft: Draft, to: Footing, cause: string, by: 'automatic' | 'person'): Draft {
  const { rollout } = draft;
  const { change } = rollout;
  if (change?.direction === 'weaken' && isOnItsWay(change, rollout, to)) return draft;
  // What a change in flight has done is settled first: it is written again from what then stands there. A person's wish
  // can't be decided again then: it is planned now from the worst that may stand, and its write finds out what does.
  if (change?.stage === 'intended' && by === 'automatic') return draft;
  const worst = exposed(rollout);
  const standing = change?.stage === 'written' ? change.after : worst.record;
  const fromRung = change?.stage === 'written' ? change.toRung : (worst.rung ?? 0);
  if (standing === null || readPolicyTags(standing) === null || fromRung < to.rung) return draft;
  if (textBackAt(rollout, to, standing, fromRung) === standing) return draft;
  const clear = change === null ? draft : dropChange(draft, `gives way to a step back: ${cause}`);
  return withChange(clear, {
    to,
    direction: 'weaken',
    cause,
    byHand: by === 'person',
    needsApproval: false,
    before: standing,
    ttl: change?.ttl ?? null,
    fromRung,
  });
}

/** Whether a change on its way down leads as low as the footing, for the domain and for its subdomains. */
function isOnItsWay({ after, toRung, stage }: Change, rollout: Rollout, to: Footing): boolean {
  // What is verified is where the rollout stands.
  if (stage === 'verified' || toRung > to.rung) return false;
  const [there, wanted] = [readPolicyTags(after), readPolicyTags(textBackAt(rollout, to, after, toRung))];
  if (there === null || wanted === null) return false;
  return (
    strictness(there.p) <= strictness(wanted.p) &&
    strictness(there.sp ?? there.p) <= strictness(wanted.sp ?? wanted.p) &&
    strictness(there.np ?? 'none') <= strictness(wanted.np ?? 'none')
  );
}

/** One rung up, or the subdomains a level, when the verdict passes, nothing holds and nothing is under way. */
export function strengthen(draft: Draft, verdict: Verdict): Draft {
  const { rollout } = draft;
  const { next } = verdict;
  if (next === null || verdict.kind !== 'pass' || rollout.change !== null || rollout.holds.length > 0)
    return draft;
  const cause = `evidence passed at ${rungText(currentRung(rollout))}: ${verdict.why}`;
  const request = strengtheningTo(rollout, next, cause);
  return request === null ? draft : withChange(draft, request);
}

export function withChange(draft: Draft, request: PlanRequest): Draft {
  const change = planChange(draft.rollout, request, draft.now);
  const planned = withChangeAudit(withRollout(draft, { change }), change, 'planned', request.cause);
  if (!request.needsApproval) return planned;
  const waiting = withHold(planned, 'awaiting-approval', `plan ${change.planHash.slice(0, 12)}`);
  const wanted = [
    `wants to publish: ${change.after}`,
    ...warningsOf(draft.rollout.domain, change.after, draft.findings),
  ];
  return withNotice(waiting, 'approval-wanted', wanted.join('. '), change);
}
