import {
  NONE,
  NOW,
  QUARANTINE_10,
  REJECT,
  aChange,
  aHold,
  aRollout,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import type { Change, Hold, Rollout } from './rollout.js';
import { describe, expect, it } from 'vitest';
import {
  mayAskProvider,
  prepareWrite,
  recordFault,
  recordObservation,
  recordReceipt,
} from './write-change.js';
import { dueAt } from './decide.js';
import { DAY_MS } from '../instant.js';
import type { HoldReason } from './rollout.js';

const OTHER = 'google-site-verification=abc';
const WEAKEN = { direction: 'weaken', fromRung: 1, toRung: 0, before: QUARANTINE_10, after: NONE } as const;

function prepare(
  change: Partial<Change>,
  values: readonly string[],
  patch: Partial<Omit<Rollout, 'settings'>> = {},
) {
  return prepareWrite(aRollout({ change: aChange(change), ...patch }), { values, ttl: 300 }, NOW);
}

describe('a write', () => {
  it('replaces our record alone, once the intent is stored', () => {
    const step = prepare({}, [OTHER, NONE]);
    expect(step.kind === 'write' && step.next).toEqual({ values: [OTHER, QUARANTINE_10], ttl: 300 });
    expect(step.kind === 'write' && step.draft.rollout.change).toMatchObject({
      stage: 'intended',
      ttl: 300,
      attempts: 1,
    });
    expect(step.kind === 'write' && step.draft.audit.map((it) => it.action)).toEqual(['intended']);
  });

  it.each<readonly [string, readonly string[]]>([
    ['somebody else changed it', [REJECT]],
    ['it differs by one space', [`${NONE} `]],
    ['it is gone', []],
    ['only other records stand there', [OTHER]],
  ])('nothing is written when %s: that is drift (I2)', (_title, values) => {
    const step = prepare({}, values);
    expect(step.kind).toBe('store');
    if (step.kind !== 'store') return;
    expect(step.draft.rollout.change).toBeNull();
    expect(reasonsOf(step.draft.rollout)).toEqual(['drift']);
    expect(step.draft.rollout.record).toBe(NONE);
  });

  it('nothing is written while several records stand there (I6)', () => {
    const step = prepare(WEAKEN, [QUARANTINE_10, NONE]);
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['several-records']);
  });

  it.each(['paused', 'silent', 'freeze', 'outside-window', 'provider-error', 'failing-check'] as const)(
    'the hold %s stops a strengthening and not a weakening (I3)',
    (reason: HoldReason) => {
      const holds = [aHold(reason)];
      expect(prepare({}, [NONE], { holds }).kind).toBe('nothing');
      expect(prepare(WEAKEN, [QUARANTINE_10], { holds }).kind).toBe('write');
    },
  );

  it.each(['planned', 'written', 'verified'] as const)('a change that is %s is not written', (stage) => {
    expect(prepare({ stage }, [NONE]).kind).toBe('nothing');
  });

  it('without a change there is nothing to do', () => {
    expect(prepareWrite(aRollout(), { values: [NONE], ttl: null }, NOW).kind).toBe('nothing');
  });
});

describe('an intent that a crash left behind', () => {
  const intended = { stage: 'intended', attempts: 1 } as const;

  it('was written when the record says so, even under a hold', () => {
    const step = prepare(intended, [QUARANTINE_10], { holds: [aHold('provider-error'), aHold('paused')] });
    expect(step.kind === 'store' && step.draft.rollout.change).toMatchObject({
      stage: 'written',
      writtenAt: NOW,
    });
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['paused']);
  });

  it('was not written when the old record still stands: going up, it is decided again first', () => {
    const step = prepare(intended, [NONE]);
    expect(step.kind === 'store' && step.draft.rollout.change).toMatchObject({
      stage: 'planned',
      attempts: 1,
    });
    expect(step.kind === 'store' && step.draft.audit.map((it) => it.action)).toEqual(['not-written']);
  });

  it('… and going down, it is written at once', () => {
    const step = prepare({ ...WEAKEN, ...intended }, [QUARANTINE_10]);
    expect(step.kind === 'write' && step.draft.rollout.change).toMatchObject({
      stage: 'intended',
      attempts: 2,
    });
  });

  it('is drift when anything else stands there', () => {
    const step = prepare(intended, [REJECT]);
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['drift']);
  });

  it('a write that takes effect after it was given up for lost is found', () => {
    const step = prepare({ stage: 'approved', attempts: 1 }, [QUARANTINE_10]);
    expect(step.kind === 'store' && step.draft.rollout.change?.stage).toBe('written');
    expect(prepare({ stage: 'approved', attempts: 0 }, [QUARANTINE_10]).kind).toBe('store');
  });
});

describe("the provider's answer", () => {
  const intended = aRollout({ change: aChange({ stage: 'intended', attempts: 1 }) });

  it('a receipt makes the change written and clears the fault', () => {
    const { rollout } = recordReceipt({ ...intended, holds: [aHold('provider-error')] }, 'serial 5', NOW);
    expect(rollout.change).toMatchObject({ stage: 'written', writtenAt: NOW, receipt: 'serial 5' });
    expect(recordReceipt(intended, 'C2', NOW, '/change/C2').rollout.change?.reference).toBe('/change/C2');
    expect(rollout.holds).toEqual([]);
    expect(rollout.rung).toBe(0);
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
    const limited = recordFault(rollout, 'too many requests', NOW, 7_200_000).rollout;
    expect([NOW + 7_199_999, NOW + 7_200_000].map((now) => mayAskProvider(limited, now))).toEqual([
      false,
      true,
    ]);
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
});

describe('verification', () => {
  const written = aRollout({
    stableRung: 0,
    change: aChange({ stage: 'written', attempts: 1, writtenAt: NOW, ttl: 300 }),
  });

  it('takes the rung once every server shows it, effective when the old record has run out', () => {
    const draft = recordObservation(written, observed(QUARANTINE_10), NOW + 5000);
    expect(draft.rollout).toMatchObject({ rung: 1, record: QUARANTINE_10, stableRung: 0 });
    expect(draft.rollout.change).toMatchObject({ stage: 'verified', effectiveAt: NOW + 305_000 });
    expect(draft.notices).toMatchObject([{ event: 'strengthened', before: NONE, after: QUARANTINE_10 }]);
  });

  it('without a TTL it waits an hour', () => {
    const { change } = written;
    const draft = recordObservation(
      { ...written, change: { ...change!, ttl: null } },
      observed(QUARANTINE_10),
      NOW,
    );
    expect(draft.rollout.change?.effectiveAt).toBe(NOW + 3_600_000);
  });

  it.each([
    observed(NONE),
    { kind: 'disagree', texts: [NONE, QUARANTINE_10] } as const,
    { kind: 'unknown', reason: 'time-out' } as const,
    { kind: 'absent' } as const,
  ])('waits while DNS shows anything else: $kind', (seen) => {
    const draft = recordObservation(written, seen, NOW + DAY_MS);
    expect(draft.rollout).toEqual(written);
    expect(draft.audit).toEqual([]);
  });

  it('… and holds after a day', () => {
    const draft = recordObservation(written, { kind: 'disagree', texts: [] }, NOW + DAY_MS + 1);
    expect(reasonsOf(draft.rollout)).toEqual(['provider-error']);
    expect(draft.rollout.change?.stage).toBe('written');
  });

  it.each(['recursive', 'both'] as const)(
    '… and with %s as long again as resolvers may remember',
    (verify) => {
      const slow = { ...written, settings: { ...written.settings, verify } };
      const old = observed(NONE);
      expect(recordObservation(slow, old, NOW + DAY_MS + 300_000).audit).toEqual([]);
      expect(reasonsOf(recordObservation(slow, old, NOW + DAY_MS + 300_001).rollout)).toEqual([
        'provider-error',
      ]);
    },
  );

  it('going down, the rung that passed last goes down too, and people are told', () => {
    const down = aRollout({
      rung: 1,
      stableRung: 1,
      record: QUARANTINE_10,
      holds: [aHold('drift'), aHold('aborted')],
      change: aChange({ ...WEAKEN, stage: 'written', writtenAt: NOW }),
    });
    const draft = recordObservation(down, observed(NONE), NOW);
    expect(draft.rollout).toMatchObject({ rung: 0, stableRung: 0, record: NONE });
    expect(reasonsOf(draft.rollout)).toEqual(['aborted']);
    expect(draft.notices.map((it) => it.event)).toEqual(['stepped-back']);
  });

  it('only looks at what was written', () => {
    const planned = aRollout({ change: aChange() });
    expect(recordObservation(planned, observed(QUARANTINE_10), NOW).rollout).toEqual(planned);
  });
});
