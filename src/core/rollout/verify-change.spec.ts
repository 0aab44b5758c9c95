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
import { dueAt } from './decide.js';
import { recordObservation, verifyAgainIn } from './verify-change.js';

describe('verification', () => {
  const written = aRollout({
    stableRung: 0,
    change: aChange({ stage: 'written', attempts: 1, writtenAt: NOW, ttl: 300 }),
  });

  it('takes the rung once every server shows it, effective when the old record has run out', () => {
    const draft = recordObservation(written, observed(QUARANTINE_10, 300), NOW + 5000);
    expect(draft.rollout).toMatchObject({ rung: 1, record: QUARANTINE_10, stableRung: 0 });
    expect(draft.rollout.change).toMatchObject({ stage: 'verified', effectiveAt: NOW + 305_000 });
    expect(draft.notices).toMatchObject([{ event: 'strengthened', before: NONE, after: QUARANTINE_10 }]);
  });

  it.each([
    ['without a TTL it waits an hour', null, 300, 3600],
    ['but as long as the servers say where that is longer', null, 86_400, 86_400],
    ['also where the provider tells a shorter one', 300, 86_400, 86_400],
    ['the time that is left to resolvers does not count', 3600, 12, 3600],
  ])('%s', (_title, ttl, shown, seconds) => {
    const rollout = { ...written, change: { ...written.change!, ttl } };
    const draft = recordObservation(rollout, observed(QUARANTINE_10, shown), NOW);
    expect(draft.rollout.change?.effectiveAt).toBe(NOW + seconds * 1000);
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
    expect(draft.notices.map((it) => it.event)).toEqual(['hold-cleared', 'stepped-back']);
  });

  it.each([
    [0, 15_000, 60_000],
    [600_000, 75_000, 75_000],
    [DAY_MS, 900_000, 900_000],
  ])('%i ms after it was written it is looked for again in %i ms', (age, again, due) => {
    expect(verifyAgainIn(written, NOW + age)).toBe(again);
    expect(dueAt(written, NOW + age) - NOW - age).toBe(due);
  });

  it('only looks at what was written', () => {
    const planned = aRollout({ change: aChange() });
    expect(recordObservation(planned, observed(QUARANTINE_10), NOW).rollout).toEqual(planned);
  });
});
