import { describe, expect, it } from 'vitest';
import { NOW, aChange, aHold, aRollout } from '../../../test/builders/rollout.js';
import { DAY_MS } from '../instant.js';
import { takeBackClock } from './clock-ahead.js';

const AHEAD = NOW + 30 * DAY_MS;

describe('what a clock that was ahead has stamped', () => {
  it('is as it was where the clock was right, or ahead by seconds', () => {
    const looked = { at: NOW, times: 1, toldAt: null };
    const change = aChange({ stage: 'verified', writtenAt: NOW + 60_000, verifiedAt: NOW, looked });
    const rollout = aRollout({
      change,
      holds: [aHold('drift'), aHold('provider-error', { until: NOW + DAY_MS })],
    });
    expect(takeBackClock(rollout, NOW)).toBe(rollout);
    expect(takeBackClock(aRollout({ windowStart: null }), NOW)).toMatchObject({ windowStart: null });
  });

  it('counts from now on', () => {
    const looked = { at: AHEAD, times: 1, toldAt: AHEAD, since: AHEAD };
    const change = aChange({ plannedAt: AHEAD, writtenAt: AHEAD, looked });
    const holds = [aHold('drift', { since: AHEAD }), aHold('provider-error', { until: AHEAD })];
    expect(takeBackClock(aRollout({ change, holds, windowStart: AHEAD }), NOW)).toMatchObject({
      change: { plannedAt: NOW, writtenAt: NOW, looked: { at: NOW, toldAt: NOW, since: NOW } },
      holds: [{ since: NOW }, { since: NOW, until: NOW }],
      windowStart: NOW,
    });
  });

  it('leaves a verified change the time that its old record is remembered for', () => {
    const change = aChange({ stage: 'verified', verifiedAt: AHEAD, effectiveAt: AHEAD + 300_000 });
    const taken = takeBackClock(aRollout({ change }), NOW);
    expect(taken.change).toMatchObject({ verifiedAt: NOW, effectiveAt: NOW + 300_000 });
  });
});
