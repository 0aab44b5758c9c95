import type { Rollout } from './rollout.js';
import { hasHold } from './draft.js';
import { nextRung } from './rungs.js';

/** Where a rollout is, in a word for people. Derived: never stored. */
export type Phase =
  | 'observing'
  | 'held'
  | 'paused'
  | 'awaiting-approval'
  | 'applying'
  | 'verifying'
  | 'stepping-back'
  | 'drifted'
  | 'aborted'
  | 'completed';

/** The phase of a rollout: what a person must know first, first. */
export function phaseOf(rollout: Rollout): Phase {
  const { change } = rollout;
  if (hasHold(rollout, 'drift')) return 'drifted';
  if (change !== null && change.direction === 'weaken') return 'stepping-back';
  if (change?.stage === 'planned') return 'awaiting-approval';
  if (change?.stage === 'approved' || change?.stage === 'intended') return 'applying';
  if (change?.stage === 'written' || change?.stage === 'verified') return 'verifying';
  if (hasHold(rollout, 'aborted')) return 'aborted';
  if (hasHold(rollout, 'paused')) return 'paused';
  if (rollout.holds.length > 0) return 'held';
  return rollout.rung !== null && nextRung(rollout) === null ? 'completed' : 'observing';
}
