import type { Rollout } from './rollout.js';
import { awaitsApproval } from './rollout.js';
import { hasHold } from './draft.js';
import { isComplete } from './footing.js';

/** Where a rollout is, in a word for people. Derived: never stored. */
export const PHASES = [
  'starting',
  'observing',
  'awaiting-approval',
  'applying',
  'verifying',
  'settling',
  'stepping-back',
  'held',
  'paused',
  'drifted',
  'aborted',
  'completed',
] as const;
export type Phase = (typeof PHASES)[number];

/** The phase of a rollout: what a person must know first, first. */
export function phaseOf(rollout: Rollout): Phase {
  const { change } = rollout;
  if (hasHold(rollout, 'drift')) return 'drifted';
  if (change !== null && change.direction === 'weaken') return 'stepping-back';
  if (hasHold(rollout, 'aborted')) return 'aborted';
  if (hasHold(rollout, 'paused')) return 'paused';
  if (change !== null && awaitsApproval(change)) return 'awaiting-approval';
  if (change?.stage === 'planned' || change?.stage === 'approved' || change?.stage === 'intended')
    return 'applying';
  if (change?.stage === 'written') return 'verifying';
  if (change?.stage === 'verified') return 'settling';
  if (rollout.holds.length > 0) return 'held';
  if (rollout.rung === null) return 'starting';
  return isComplete(rollout) ? 'completed' : 'observing';
}
