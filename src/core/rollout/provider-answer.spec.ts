import { describe, expect, it } from 'vitest';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  aChange,
  aHold,
  aRollout,
  observed,
  reasonsOf,
  WEAKEN,
} from '../../../test/builders/rollout.js';
import { DAY_MS } from '../instant.js';
import { recordFault, recordReceipt } from './provider-answer.js';
import type { Change } from './rollout.js';
import { recordObservation } from './verify-change.js';

describe("the provider's answer", () => {
  const intended = aRollout({ change: aChange({ stage: 'intended', attempts: 1 }) });

  it('a receipt makes the change written and clears the fault', () => {
    const { rollout } = recordReceipt({ ...intended, holds: [aHold('provider-error')] }, 'serial 5', NOW);
    expect(rollout.change).toMatchObject({ stage: 'written', writtenAt: NOW, receipt: 'serial 5' });
    expect(recordReceipt(intended, 'C2', NOW, { reference: '/change/C2' }).rollout.change?.reference).toBe(
      '/change/C2',
    );
    expect(rollout.holds).toEqual([]);
    expect(rollout.rung).toBe(0);
  });

  it.each([
    [2, ['hold-cleared']],
    [1, []],
  ])('a strengthening that is taken at try %i tells people %j', (attempts, told) => {
    // Its hold was dropped, and nobody told, before the try.
    const tried = aRollout({ change: aChange({ stage: 'intended', attempts }) });
    expect(recordReceipt(tried, 'serial 5', NOW).notices.map((it) => it.event)).toEqual(told);
  });

  it('a step back that is taken after all tells people once', () => {
    const change = aChange({ ...WEAKEN, stage: 'intended', attempts: 3 });
    const tried = aRollout({ change, holds: [aHold('provider-error')] });
    expect(recordReceipt(tried, 'serial 5', NOW).notices.map((it) => it.event)).toEqual(['hold-cleared']);
  });

  it('a fault holds, and tells people once', () => {
    const first = recordFault(intended, 'refused', NOW);
    expect(reasonsOf(first.rollout)).toEqual(['provider-error']);
    expect(first.notices.map((it) => it.event)).toEqual(['held']);
    const second = recordFault(first.rollout, 'time-out', NOW + 60_000);
    expect(second.notices).toEqual([]);
    expect(second.rollout.holds).toMatchObject([{ since: NOW + 60_000, note: 'time-out' }]);
  });
});

describe('what a person is to publish', () => {
  const handed = (change: Partial<Change>) =>
    recordReceipt(aRollout({ change: aChange({ ...change, stage: 'intended' }) }), 'Replace a by b', NOW, {
      reference: null,
      publisher: 'person',
    });

  it('is told at once, with what to publish', () => {
    const { notices } = handed(WEAKEN);
    expect(notices).toMatchObject([{ event: 'to-publish', before: QUARANTINE_10, after: NONE }]);
    expect(notices[0]?.text).toMatch(/at once.*Replace a by b/s);
    expect(handed({}).notices[0]?.text).not.toContain('at once');
  });

  it('waits for that person when it is not to be seen a day later', () => {
    const { rollout } = handed(WEAKEN);
    const late = recordObservation(rollout, observed(QUARANTINE_10), NOW + DAY_MS + 1);
    expect(late.rollout.holds).toMatchObject([{ note: expect.stringContaining('waits for a person') }]);
    expect(recordObservation(rollout, observed(NONE), NOW + 1).rollout.change?.stage).toBe('verified');
  });
});
