import { describe, expect, it } from 'vitest';
import { NONE, NOW, aChange, aHold, aRollout, reasonsOf, WEAKEN } from '../../../test/builders/rollout.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { askAgainAt, isOnlyCounted, mayAskProvider } from './ask-again.js';
import { dueAt } from './decide.js';
import type { Change, Hold } from './rollout.js';
import { recordFault } from './provider-answer.js';
import { prepareWrite } from './write-change.js';

describe('asking a provider that failed', () => {
  const held = (patch: Partial<Hold> = {}) => [aHold('provider-error', patch)];
  const down = { ...WEAKEN, stage: 'approved' } as const;

  it.each([
    [0, 60_000],
    [1, 120_000],
    [3, 480_000],
    [6, 3_600_000],
    [40, 3_600_000],
  ])('going up, after %i attempts it is asked again in %i ms', (attempts, wait) => {
    const rollout = aRollout({ change: aChange({ attempts }), holds: held() });
    expect([NOW + wait - 1, NOW + wait].map((now) => mayAskProvider(rollout, now))).toEqual([false, true]);
    const live = { values: [NONE], ttl: 300 };
    expect(prepareWrite(rollout, live, NOW + wait - 1).kind).toBe('nothing');
    const step = prepareWrite(rollout, live, NOW + wait);
    expect(step.kind === 'write' && step.draft.rollout.holds).toEqual([]);
  });

  it('nobody is asked about a rung outside its window, but for a step back or a person’s wish', () => {
    const windows = [{ timeZone: 'UTC', days: [1], fromHour: 3, toHour: 4 }];
    const asked = (change: Partial<Change>): boolean =>
      mayAskProvider(aRollout({ change: aChange(change), settings: { windows } }), NOW);
    expect([{}, { byHand: true }, down, { stage: 'intended' } as const].map(asked)).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it.each<[string, Partial<Change>]>([
    ['going down', down],
    ['an intent that is to be settled', { stage: 'intended', attempts: 3 }],
  ])('%s does not wait', (_title, change) => {
    expect(mayAskProvider(aRollout({ change: aChange(change), holds: held() }), NOW)).toBe(true);
  });

  it.each<[string, Partial<Change>]>([
    ['going up', {}],
    ['going down', down],
    ['an intent that is to be settled', { stage: 'intended', attempts: 3 }],
  ])('nobody is asked before the provider wants to be: %s', (_title, change) => {
    const rollout = aRollout({ change: aChange(change) });
    const limited = recordFault(rollout, 'too many requests', NOW, 600_000).rollout;
    expect([NOW + 599_999, NOW + 600_000].map((now) => mayAskProvider(limited, now))).toEqual([false, true]);
  });

  it.each<[string, Partial<Change>]>([
    ['a step back', down],
    ['an intent in its way', { stage: 'intended', attempts: 3 }],
  ])('%s waits an hour at the most, whatever the provider wants', (_title, change) => {
    const limited = recordFault(aRollout({ change: aChange(change) }), 'no', NOW, DAY_MS).rollout;
    expect([NOW + 3_599_999, NOW + 3_600_000].map((now) => mayAskProvider(limited, now))).toEqual([
      false,
      true,
    ]);
    expect(dueAt(limited, NOW)).toBe(NOW + 3_600_000);
  });

  it('one that fails before anything is tried is asked ever later, up to an hour', () => {
    let rollout = aRollout({ change: aChange() });
    const waits = [1, 2, 3, 4, 8].map((times) => {
      rollout = { ...rollout, holds: [] };
      for (let at = 0; at < times; at += 1) rollout = recordFault(rollout, 'not authorized', NOW).rollout;
      return dueAt(rollout, NOW) - NOW;
    });
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 3_600_000]);
  });

  it('the domain is looked at again when its provider may be asked', () => {
    const limited = recordFault(aRollout({ change: aChange() }), 'no', NOW, 7_200_000).rollout;
    expect(dueAt(limited, NOW)).toBe(NOW + 7_200_000);
    expect(dueAt(recordFault(aRollout({ change: aChange() }), 'no', NOW).rollout, NOW)).toBe(NOW + 60_000);
  });

  it('a provider that never wants to be asked again is asked after a day', () => {
    const limited = recordFault(aRollout({ change: aChange(down) }), 'no', NOW, Infinity).rollout;
    expect(mayAskProvider(limited, NOW + DAY_MS)).toBe(true);
  });

  it('people are told of the first failed write, and not of each try that follows', () => {
    const told = (attempts: number) =>
      recordFault(aRollout({ change: aChange({ stage: 'intended', attempts }) }), 'time-out', NOW);
    expect([0, 1, 2].map((attempts) => told(attempts).notices.length)).toEqual([1, 1, 0]);
    expect(reasonsOf(told(2).rollout)).toEqual(['provider-error']);
  });

  it.each(['planned', 'written', 'verified'] as const)('a change that is %s asks nothing', (stage) => {
    expect(mayAskProvider(aRollout({ change: aChange({ stage }) }), NOW)).toBe(false);
  });

  it.each<[string, Partial<Change>]>([
    ['a step back', down],
    ['an intent that is to be settled', { stage: 'intended', attempts: 3 }],
  ])('%s is tried ten times without waiting, then ever later, up to an hour', (_title, change) => {
    const waits = [1, 10, 11, 12, 14, 17, 500].map((failures) => {
      const holds = held({ failures });
      return Math.max(0, askAgainAt(aRollout({ change: aChange(change), holds })) - NOW);
    });
    const minute = 60_000;
    expect(waits).toEqual([0, 0, minute, 2 * minute, 8 * minute, HOUR_MS, HOUR_MS]);
  });

  it('a step back that was written and is not seen waits for nothing', () => {
    const rollout = aRollout({ change: aChange({ ...down, writtenAt: NOW - DAY_MS }), holds: held() });
    expect(askAgainAt(rollout)).toBeLessThanOrEqual(NOW);
  });
});

describe('what was only counted', () => {
  const held = (patch: Partial<Hold>) => aRollout({ holds: [aHold('provider-error', patch)] });

  it.each<[string, Partial<Hold>, boolean]>([
    ['a failure more', { since: NOW + 1, failures: 2 }, true],
    ['until when it wants to be left alone', { until: NOW + HOUR_MS }, true],
    ['another failure', { note: 'not authorized' }, false],
  ])('%s', (_title, patch, expected) => {
    expect(isOnlyCounted(held({}), held(patch))).toBe(expected);
  });

  it('another hold, or a try, is more than that', () => {
    const [change, other] = [aChange({ attempts: 1 }), aHold('paused')];
    expect(isOnlyCounted(aRollout({ change }), aRollout({ change: { ...change, attempts: 2 } }))).toBe(false);
    expect(isOnlyCounted(aRollout({ holds: [other] }), aRollout({ holds: [{ ...other, since: 0 }] }))).toBe(
      false,
    );
  });
});
