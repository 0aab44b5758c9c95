import type { Assessment } from '../evidence/assessment.js';
import type { Instant } from '../instant.js';
import { type Draft, withChangeAudit, withNotice, withRollout } from './draft.js';
import { spFor, type Footing } from './footing.js';
import { rungOfOurs } from './in-flight.js';
import { dropChange, withChange } from './next-change.js';
import { strengtheningTo, textAt, type PlanRequest } from './plan.js';
import { awaitsApproval, type Change, type HoldReason, type Rollout } from './rollout.js';
import { currentRung, nextRung } from './rungs.js';
import { judgeSubdomains } from './subdomain-gate.js';
import { knownHarm, type Verdict } from './verdict.js';

/** What a change that isn't written yet is measured by. */
export interface Grounds {
  /** What the evidence says, though DNS may not be readable. */
  readonly judged: Verdict;
  /** The same, and an error where DNS can't be read. */
  readonly verdict: Verdict;
  readonly assessment: Assessment;
}

/**
 * Makes the plan again for a change that isn't written yet: it goes on only as what would be planned now. One of the
 * ratchet's own that no longer is gives way to a new one; a promotion leaves behind what can't follow, and is given up
 * where it would hurt.
 */
export function reviseChange(draft: Draft, grounds: Grounds): Draft {
  const { change } = draft.rollout;
  if (change === null || (change.stage !== 'planned' && change.stage !== 'approved')) return draft;
  const why = reasonToDrop(draft, change);
  if (why !== null) return giveUp(draft, change, why);
  if (change.direction === 'weaken') return goOn(draft, change);
  return change.byHand ? revisePromotion(draft, change, grounds) : reviseOwn(draft, change, grounds.verdict);
}

function reasonToDrop({ rollout, now }: Draft, change: Change): string | null {
  const { record } = rollout;
  const isRestore = change.byHand && change.after === record;
  // A step back may be one from a strengthening that was written and not seen yet.
  const isFromOurs = change.direction === 'weaken' && rungOfOurs(rollout, change.before) !== null;
  if (!isRestore && !isFromOurs && change.before !== record) return 'the record has moved on';
  if (change.direction === 'weaken') return null;
  if (change.approvalExpiresAt !== null && now >= change.approvalExpiresAt)
    return awaitsApproval(change) ? 'nobody approved it in time' : 'it was approved too long ago';
  const hold = blockingHold(rollout);
  return hold === null ? null : `a hold came up: ${hold}`;
}

/** Its own wait for approval doesn't make a plan void; a failing provider and a closed window only delay it. */
const DELAYING: readonly HoldReason[] = ['awaiting-approval', 'provider-error', 'outside-window'];

/** The first hold that makes an unwritten strengthening void. */
function blockingHold(rollout: Rollout): HoldReason | null {
  return rollout.holds.find((it) => !DELAYING.includes(it.reason))?.reason ?? null;
}

function reviseOwn(draft: Draft, change: Change, { kind, why, next }: Verdict): Draft {
  if (kind !== 'pass') return dropChange(draft, `the verdict turned: ${why}`);
  const request = next === null ? null : strengtheningTo(draft.rollout, next, change.cause);
  const isStill = request !== null && isSame(draft.rollout, change, request);
  return isStill ? goOn(draft, change) : dropChange(draft, 'it is not what is wanted any more');
}

/** Soak and sample are skipped by it; what is known to be hurt isn't. */
function revisePromotion(draft: Draft, change: Change, { judged, assessment }: Grounds): Draft {
  const { rollout, now } = draft;
  if (judged.kind === 'fail') return giveUp(draft, change, judged.why, knownHarm(judged) ?? judged.why);
  const to = footingAbove(rollout, assessment, now);
  const wanted = to === null ? null : strengtheningTo(rollout, to, change.cause);
  if (wanted === null || wanted.to.rung !== change.toRung)
    return giveUp(draft, change, 'no rung above this one is wanted any more');
  const request = { ...wanted, byHand: true, needsApproval: false };
  if (isSame(rollout, change, request)) return goOn(draft, change);
  return withChange(dropChange(draft, 'made again, by what subdomains send'), request);
}

/** One rung up, its subdomains as far as their own mail allows; null: there is none, or none is wanted. */
function footingAbove(rollout: Rollout, assessment: Assessment, now: Instant): Footing | null {
  const up = nextRung(rollout);
  if (up === null) return null;
  const view = { rollout, assessment, rung: currentRung(rollout), next: up.rung, now };
  return { rung: up.index, sp: spFor(rollout, up.rung.tags.p, judgeSubdomains(view).policy) };
}

function isSame(
  rollout: Rollout,
  change: Change,
  { to, before, fromRung, needsApproval }: PlanRequest,
): boolean {
  if (to.rung !== change.toRung || needsApproval !== change.needsApproval) return false;
  return textAt(rollout, to, before, fromRung) === change.after;
}

/** What waits for a decision, and for no person's word, has it now. */
function goOn(draft: Draft, change: Change): Draft {
  if (change.stage === 'approved' || awaitsApproval(change)) return draft;
  return withChangeAudit(
    withRollout(draft, { change: { ...change, stage: 'approved' } }),
    change,
    'decided-again',
    change.cause,
  );
}

/** Who asked for a promotion was told that it is done, and waits for it. `told`: why, with what to do about it. */
function giveUp(draft: Draft, change: Change, why: string, told = why): Draft {
  const dropped = dropChange(draft, why);
  const isPromotion = change.byHand && change.direction === 'strengthen';
  return isPromotion
    ? withNotice(dropped, 'given-up', `the promotion is given up: ${told}`, change)
    : dropped;
}
