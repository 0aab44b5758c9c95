import {
  NONE,
  NOW,
  QUARANTINE_10,
  REJECT,
  aChange,
  aHold,
  aRollout,
  reasonsOf,
  WEAKEN,
} from '../../../test/builders/rollout.js';
import type { Change, Hold, Rollout } from './rollout.js';
import { describe, expect, it } from 'vitest';
import { prepareWrite } from './write-change.js';
import { DAY_MS } from '../instant.js';
import type { HoldReason } from './rollout.js';

const OTHER = 'google-site-verification=abc';

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

  it('the same text twice is one record to DNS: a step back is written over both', () => {
    const step = prepare(WEAKEN, [QUARANTINE_10, OTHER, QUARANTINE_10]);
    expect(step.kind === 'write' && step.next.values).toEqual([NONE, OTHER]);
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

describe('a strengthening that was decided, and not written in time', () => {
  const live = { values: [NONE], ttl: 300 };
  const HOUR = 3_600_000;

  it.each([
    [HOUR, 'write'],
    [HOUR + 1, 'store'],
  ])('is decided again first when nobody has looked for long: %i ms', (late, kind) => {
    const step = prepareWrite(aRollout({ change: aChange() }), live, NOW, null, NOW - late);
    expect(step.kind).toBe(kind);
    if (step.kind !== 'store') return;
    expect(step.draft.rollout.change?.stage).toBe('planned');
    expect(step.draft.audit.map((it) => it.action)).toEqual(['not-written']);
  });

  it('… while a step back is written however late', () => {
    const rollout = aRollout({ change: aChange(WEAKEN) });
    const step = prepareWrite(rollout, { values: [QUARANTINE_10], ttl: 300 }, NOW, null, NOW - 90 * DAY_MS);
    expect(step.kind).toBe('write');
  });

  it.each([
    ['a strengthening', { byHand: false }, 'nothing'],
    ['what a person promotes', { byHand: true }, 'write'],
  ] as const)('outside the window: %s', (_title, change, kind) => {
    // NOW is a Friday, noon
    const settings = { windows: [{ timeZone: 'UTC', days: [1, 2], fromHour: 9, toHour: 17 }] };
    const rollout = aRollout({ change: aChange(change), settings });
    expect(prepareWrite(rollout, live, NOW).kind).toBe(kind);
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

  it('that is tried again is no news, unless it is from another text of ours', () => {
    const late = [{ text: REJECT, rung: 6, until: NOW + DAY_MS }];
    const actions = (text: string): readonly string[] => {
      const step = prepare({ ...WEAKEN, ...intended }, [text], { rung: 1, record: QUARANTINE_10, late });
      return step.kind === 'write' ? step.draft.audit.map((it) => it.action) : ['nothing is written'];
    };
    expect([QUARANTINE_10, REJECT].map(actions)).toEqual([[], ['intended']]);
  });

  it('is drift when anything else stands there', () => {
    const step = prepare(intended, [REJECT]);
    expect(step.kind === 'store' && reasonsOf(step.draft.rollout)).toEqual(['drift']);
  });

  it('a step back that was written stays ours when somebody puts another record in its place', () => {
    const change = aChange({ ...WEAKEN, stage: 'approved', writtenAt: NOW - 1000, attempts: 1 });
    const rollout = aRollout({ rung: change.fromRung, record: change.before, change });
    const step = prepareWrite(rollout, { values: ['v=DMARC1; p=none; x=theirs'], ttl: 300 }, NOW);
    expect(step.kind === 'store' && step.draft.rollout).toMatchObject({
      record: change.after,
      rung: change.toRung,
      change: null,
    });
  });

  it('one that was tried and never seen, too, and neither text is a stranger’s for a while', () => {
    const change = aChange({ ...WEAKEN, stage: 'intended', attempts: 1, ttl: 300 });
    const rollout = aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10, change });
    const step = prepareWrite(rollout, { values: [REJECT], ttl: 300 }, NOW);
    expect(step.kind === 'store' && step.draft.rollout).toMatchObject({
      record: NONE,
      rung: 0,
      stableRung: 0,
      change: null,
      late: [{ text: QUARANTINE_10, rung: 1, until: NOW + 3_900_000 }],
      holds: [{ reason: 'drift' }],
    });
  });

  it.each([
    ['a step back', { ...WEAKEN, attempts: 1 }, NONE, NONE],
    ['a strengthening', { attempts: 1 }, NONE, QUARANTINE_10],
  ] as const)(
    'of %s whose receipt was never seen the hold says what was tried',
    (_title, patch, ours, tried) => {
      const change = aChange({ ...patch, stage: 'intended' });
      const rollout = aRollout({ rung: change.fromRung, record: change.before, change });
      const step = prepareWrite(rollout, { values: [REJECT], ttl: 300 }, NOW);
      expect(step.kind === 'store' && step.draft.rollout.holds[0]?.note).toBe(
        `somebody else changed the record. Ours: ${ours}. Whether this was written before is not known: ${tried}. Now: ${REJECT}`,
      );
    },
  );

  it('a write that takes effect after it was given up for lost is found', () => {
    const step = prepare({ stage: 'approved', attempts: 1 }, [QUARANTINE_10]);
    expect(step.kind === 'store' && step.draft.rollout.change?.stage).toBe('written');
    expect(prepare({ stage: 'approved', attempts: 0 }, [QUARANTINE_10]).kind).toBe('store');
  });
});

describe('what is found written', () => {
  const fault = aHold('provider-error', { failures: 3 });
  const overdue = aHold('provider-error');
  it.each<readonly [string, Partial<Change>, Partial<Omit<Rollout, 'settings'>>, RegExp]>([
    ['after an interruption', { stage: 'intended', attempts: 1 }, {}, /interruption/],
    ['after a time-out', { stage: 'intended', attempts: 1 }, { holds: [fault] }, /failed to say so/],
    ['after it was decided again', { attempts: 1 }, {}, /late/],
    ['though nobody wrote it', WEAKEN, { rung: 1, record: QUARANTINE_10 }, /stands there already/],
    ['at a further look', { ...WEAKEN, attempts: 1, writtenAt: NOW - DAY_MS }, {}, /still stands/],
  ])('%s: the history says so', (_title, patch, more, cause) => {
    const text = 'direction' in patch ? NONE : QUARANTINE_10;
    const step = prepare(patch, [text], more);
    const [entry] = step.kind === 'store' ? step.draft.audit.filter((it) => it.action === 'written') : [];
    expect(entry?.cause).toMatch(cause);
    expect(step.kind === 'store' && step.draft.rollout.change?.attempts, 'no write is counted').toBe(1);
  });

  it('at a further look the time of the write stays, and what is overdue', () => {
    const change = { ...WEAKEN, attempts: 1, writtenAt: NOW - DAY_MS };
    const look = (hold: Hold) => prepare(change, [NONE], { holds: [hold] });
    const [still, well] = [look(overdue), look(fault)];
    expect(still.kind === 'store' && still.draft.rollout).toMatchObject({
      change: { stage: 'written', writtenAt: NOW - DAY_MS },
      holds: [overdue],
    });
    expect(well.kind === 'store' && well.draft.rollout.holds).toEqual([]);
  });
});
