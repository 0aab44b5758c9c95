import { aChange, aHold, aPlannedChange, aRollout, REJECT } from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import type { Rollout } from './rollout.js';
import { phaseOf } from './phase.js';

describe('phaseOf', () => {
  it.each<readonly [string, Partial<Rollout>]>([
    ['observing', {}],
    ['starting', { rung: null, record: null }],
    ['completed', { rung: 6, record: REJECT }],
    ['held', { holds: [aHold('silent')] }],
    ['held', { rung: 6, record: REJECT, holds: [aHold('unclassified-source')] }],
    ['paused', { holds: [aHold('silent'), aHold('paused')] }],
    ['aborted', { holds: [aHold('paused'), aHold('aborted')] }],
    ['drifted', { holds: [aHold('aborted'), aHold('drift')], change: aChange({ stage: 'written' }) }],
    ['awaiting-approval', { change: aPlannedChange(), holds: [aHold('awaiting-approval')] }],
    ['applying', { change: aChange() }],
    ['applying', { change: aChange({ stage: 'intended' }) }],
    ['applying', { change: aPlannedChange({ approvedBy: 'ann', attempts: 1 }) }],
    ['verifying', { change: aChange({ stage: 'written' }) }],
    ['settling', { change: aChange({ stage: 'verified' }) }],
    ['paused', { change: aChange({ stage: 'written' }), holds: [aHold('paused')] }],
    ['stepping-back', { change: aChange({ direction: 'weaken' }), holds: [aHold('aborted')] }],
  ])('%s', (phase, patch) => {
    expect(phaseOf(aRollout(patch))).toBe(phase);
  });
});
