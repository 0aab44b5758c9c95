import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aChange,
  aHold,
  aPlannedChange,
  aRollout,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.js';
import { DAY_MS } from '../instant.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import type { Rollout } from './rollout.js';
import { prepareWrite } from './write-change.js';
import { carryOut } from './carry-out.js';

const FOREIGN = 'v=DMARC1; p=quarantine; pct=33; t=y; rua=mailto:dmarc@shop.example';
const note = 'because';

function ask(rollout: Rollout, command: Command, seen: Observation = observed(NONE)): Draft | string {
  const result = carryOut(rollout, command, { now: NOW, actor: 'ann', observed: seen });
  return 'kind' in result ? result.reason : result;
}

function done(rollout: Rollout, command: Command, seen?: Observation): Rollout {
  const result = ask(rollout, command, seen);
  if (typeof result === 'string') throw new Error(`refused: ${result}`);
  expect(
    result.audit.map((it) => it.actor),
    'the history names who asked',
  ).toEqual(result.audit.map(() => 'ann'));
  expect(result.audit.map((it) => it.action)).toContain(
    command.kind === 'approve' ? 'approved' : command.kind,
  );
  return result.rollout;
}

const waiting = aRollout({ change: aPlannedChange(), holds: [aHold('awaiting-approval')] });

describe('refusals', () => {
  it.each<readonly [string, Rollout, Command, RegExp]>([
    [
      'resume what is not paused',
      aRollout({ holds: [aHold('silent')] }),
      { kind: 'resume', note },
      /not paused/,
    ],
    [
      'retry what was not aborted',
      aRollout({ holds: [aHold('paused')] }),
      { kind: 'retry', note },
      /not aborted/,
    ],
    [
      'approve when nothing waits',
      aRollout(),
      { kind: 'approve', planHash: 'hash', note },
      /no change waits/,
    ],
    [
      'approve what is approved',
      aRollout({ change: aChange() }),
      { kind: 'approve', planHash: 'hash', note },
      /no change waits/,
    ],
    [
      'approve what was approved, then interrupted',
      aRollout({ change: aPlannedChange({ approvedBy: 'ann', attempts: 1 }) }),
      { kind: 'approve', planHash: 'hash', note },
      /no change waits/,
    ],
    [
      'approve another plan than the one that was seen',
      waiting,
      { kind: 'approve', planHash: 'old', note },
      /plan has changed .* p=quarantine; pct=10/,
    ],
    [
      'approve a plan that has expired',
      aRollout({ change: aPlannedChange({ approvalExpiresAt: NOW }) }),
      { kind: 'approve', planHash: 'hash', note },
      /expired/,
    ],
    [
      'reject when nothing waits',
      aRollout({ change: aChange() }),
      { kind: 'reject', note },
      /no change waits/,
    ],
    [
      'promote from the last rung',
      aRollout({ rung: 6, record: REJECT }),
      { kind: 'promote', note },
      /no rung above/,
    ],
    [
      "promote beyond the owner's last policy",
      aRollout({ rung: 4, settings: { lastPolicy: 'quarantine' } }),
      { kind: 'promote', note },
      /no rung above/,
    ],
    [
      'promote before the record was read',
      aRollout({ rung: null, record: null }),
      { kind: 'promote', note },
      /no rung above/,
    ],
    [
      'promote while a write is under way',
      aRollout({ change: aChange({ stage: 'written' }) }),
      { kind: 'promote', note },
      /under way/,
    ],
    ['adopt what has not drifted', aRollout(), { kind: 'adopt', note }, /not drifted/],
    ['restore what has not drifted', aRollout(), { kind: 'restore', note }, /not drifted/],
    [
      'restore a record that was never ours',
      aRollout({ record: null, holds: [aHold('drift')] }),
      { kind: 'restore', note },
      /not drifted/,
    ],
  ])('%s', (_title, rollout, command, reason) => {
    expect(ask(rollout, command)).toMatch(reason);
  });

  it.each([
    'silent',
    'drift',
    'unclassified-source',
    'provider-error',
    'paused',
    'aborted',
    'several-records',
    'cname',
    'failing-check',
    'freeze',
  ] as const)('promote past the hold %s', (reason) => {
    const rollout = aRollout({ holds: [aHold(reason), aHold('inconclusive')] });
    expect(ask(rollout, { kind: 'promote', note })).toContain(`${reason} must be settled first`);
  });

  it.each<Observation>([
    { kind: 'unknown', reason: 'time-out' },
    { kind: 'several-records', texts: [NONE, REJECT] },
    { kind: 'cname', target: 'elsewhere.example' },
    { kind: 'disagree', texts: [NONE, REJECT] },
  ])('adopt or restore when DNS shows no single record: $kind', (seen) => {
    const drifted = aRollout({ holds: [aHold('drift')] });
    expect(ask(drifted, { kind: 'adopt', note }, seen)).toContain(seen.kind);
    expect(ask(drifted, { kind: 'restore', note }, seen)).toContain(seen.kind);
  });
});

describe('pause and resume', () => {
  it('add and remove that one hold', () => {
    const paused = done(aRollout({ holds: [aHold('silent')] }), { kind: 'pause', note });
    expect(paused.holds[1]).toMatchObject({ reason: 'paused', by: 'ann', note, clearsItself: false });
    expect(reasonsOf(done(paused, { kind: 'resume', note }))).toEqual(['silent']);
  });

  it('resume leaves an abort standing', () => {
    const rollout = aRollout({ holds: [aHold('aborted'), aHold('paused')] });
    expect(reasonsOf(done(rollout, { kind: 'resume', note }))).toEqual(['aborted']);
  });
});

describe('approve and reject', () => {
  it('an approval is noted with its name and lets the change go', () => {
    const approved = done(waiting, { kind: 'approve', planHash: 'hash', note });
    expect(approved.change).toMatchObject({ stage: 'approved', approvedBy: 'ann' });
    expect(approved.change?.approvalExpiresAt, 'it holds for a week').toBe(NOW + 7 * DAY_MS);
    expect(approved.holds).toEqual([]);
  });

  it('a rejection drops the change and pauses', () => {
    const rejected = done(waiting, { kind: 'reject', note });
    expect(rejected.change).toBeNull();
    expect(reasonsOf(rejected)).toEqual(['paused']);
  });
});

describe('promote', () => {
  it('plans one rung up past what can not be told yet, to be judged by the evidence', () => {
    const held = aRollout({ holds: [aHold('inconclusive'), aHold('outside-window')] });
    const promoted = done(held, { kind: 'promote', note });
    expect(promoted.change).toMatchObject({
      toRung: 1,
      stage: 'planned',
      needsApproval: false,
      byHand: true,
      before: NONE,
      after: 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@shop.example',
    });
    expect(promoted.holds).toEqual([]);
  });

  it('replaces a plan that waits for approval', () => {
    const promoted = done(waiting, { kind: 'promote', note });
    expect(promoted.change).toMatchObject({ stage: 'planned', needsApproval: false, byHand: true });
    expect(promoted.holds).toEqual([]);
  });
});

describe('abort', () => {
  const at25 = aRollout({ rung: 2, stableRung: 1, record: QUARANTINE_25 });

  it.each([
    ['stay', null],
    ['stable', 1],
    ['none', 0],
  ] as const)('to %s plans a change to rung %s', (target, toRung) => {
    const aborted = done(at25, { kind: 'abort', target, note });
    expect(reasonsOf(aborted)).toEqual(['aborted']);
    expect(aborted.change?.toRung ?? null).toBe(toRung);
  });

  it('goes down by a change of its own, at once', () => {
    const { change } = done(at25, { kind: 'abort', target: 'none', note });
    expect(change).toMatchObject({
      direction: 'weaken',
      stage: 'approved',
      before: QUARANTINE_25,
      byHand: true,
    });
  });

  it.each(['planned', 'approved'] as const)('drops a %s strengthening', (stage) => {
    const rollout = aRollout({
      change: aChange({ stage, needsApproval: true }),
      holds: [aHold('awaiting-approval')],
    });
    const aborted = done(rollout, { kind: 'abort', target: 'stay', note });
    expect(aborted.change).toBeNull();
    expect(reasonsOf(aborted)).toEqual(['aborted']);
  });

  it('leaves a step back alone', () => {
    const change = aChange({
      direction: 'weaken',
      fromRung: 2,
      toRung: 0,
      before: QUARANTINE_25,
      after: NONE,
    });
    expect(done({ ...at25, change }, { kind: 'abort', target: 'stay', note }).change).toEqual(change);
    expect(done({ ...at25, change }, { kind: 'abort', target: 'stable', note }).change).toEqual(change);
  });

  it('goes down from what was written though it is not seen everywhere yet', () => {
    const change = aChange({ stage: 'written', attempts: 1 });
    const aborted = done(aRollout({ change }), { kind: 'abort', target: 'none', note });
    expect(aborted.change).toMatchObject({
      direction: 'weaken',
      before: QUARANTINE_10,
      after: NONE,
      toRung: 0,
    });
    expect(aborted, 'the record and its rung are raised only by being seen').toMatchObject({
      record: NONE,
      rung: 0,
    });
  });

  it.each([
    ['a strengthening: from what it may have brought', {}, QUARANTINE_25],
    [
      'a step back that does not lead as low: from what it takes away',
      { direction: 'weaken', before: QUARANTINE_25, after: QUARANTINE_10, fromRung: 2, toRung: 1 },
      QUARANTINE_25,
    ],
  ] as const)('goes down though a write is unsettled, of %s', (_title, patch, before) => {
    const isUp = !('direction' in patch);
    const up = { before: QUARANTINE_10, after: QUARANTINE_25, fromRung: 1, toRung: 2 } as const;
    const change = aChange({ stage: 'intended', attempts: 1, ...up, ...patch });
    const rollout = isUp ? aRollout({ rung: 1, record: QUARANTINE_10, change }) : { ...at25, change };
    const aborted = done(rollout, { kind: 'abort', target: 'none', note });
    expect(aborted.change).toMatchObject({ direction: 'weaken', stage: 'approved', before, toRung: 0 });
    for (const text of [QUARANTINE_10, QUARANTINE_25]) {
      const step = prepareWrite(aborted, { values: [text], ttl: 300 }, NOW);
      expect(step.kind === 'write' && step.next.values, 'whichever stands').toEqual([NONE]);
    }
  });

  it('stops what comes next though a write is unsettled', () => {
    const rollout = aRollout({ change: aChange({ stage: 'intended' }) });
    const aborted = done(rollout, { kind: 'abort', target: 'stay', note });
    expect(reasonsOf(aborted)).toEqual(['aborted']);
    expect(aborted.change?.stage).toBe('intended');
  });

  it('nothing is to be done on the first rung', () => {
    expect(done(aRollout(), { kind: 'abort', target: 'none', note }).change).toBeNull();
  });

  it('retry begins a fresh window', () => {
    const retried = done(aRollout({ holds: [aHold('aborted')] }), { kind: 'retry', note });
    expect(retried.holds).toEqual([]);
    expect(retried.windowStart).toBe(NOW);
  });
});

describe('after a drift', () => {
  const drifted = aRollout({ rung: 2, stableRung: 1, record: QUARANTINE_25, holds: [aHold('drift')] });

  it('adopt takes the foreign record, on the rung below it, with a fresh window', () => {
    expect(done(drifted, { kind: 'adopt', note }, observed(FOREIGN))).toMatchObject({
      record: FOREIGN,
      rung: 2,
      stableRung: 2,
      windowStart: NOW,
      holds: [],
      change: null,
    });
  });

  it.each([
    ['a step back: what it wrote', 'weaken', NONE, 0],
    ['a strengthening that was never seen: the record before it', 'strengthen', QUARANTINE_25, 2],
  ] as const)('restore puts back, over what replaced %s', (_title, direction, after, rung) => {
    const written = aChange({
      direction,
      stage: 'written',
      attempts: 1,
      before: QUARANTINE_25,
      after: direction === 'weaken' ? NONE : REJECT,
      fromRung: 2,
      toRung: direction === 'weaken' ? 0 : 3,
    });
    const { change, record } = done(
      { ...drifted, change: written },
      { kind: 'restore', note },
      observed(FOREIGN),
    );
    expect(change).toMatchObject({ before: FOREIGN, after, fromRung: rung, toRung: rung });
    expect(record).toBe(after);
  });

  it('adopt gives up a change that was undone before it was seen', () => {
    const change = aChange({ stage: 'written', attempts: 1, writtenAt: NOW - DAY_MS - 1 });
    const adopted = done(aRollout({ change }), { kind: 'adopt', note });
    expect(adopted).toMatchObject({ change: null, record: NONE, rung: 0, windowStart: NOW });
    const fresh = aRollout({ change: { ...change, writtenAt: NOW - DAY_MS } });
    expect(ask(fresh, { kind: 'adopt', note })).toMatch(/not drifted/);
  });

  it('restore puts back a record that was taken away; there is none to adopt', () => {
    const gone = { kind: 'absent' } as const;
    const restored = done(drifted, { kind: 'restore', note }, gone);
    expect(restored.change).toMatchObject({
      before: null,
      after: QUARANTINE_25,
      ttl: null,
      stage: 'approved',
    });
    const step = prepareWrite(restored, { values: ['other'], ttl: 300 }, NOW);
    expect(step.kind === 'write' && step.next.values).toEqual(['other', QUARANTINE_25]);
    expect(prepareWrite(restored, { values: [REJECT], ttl: 300 }, NOW).kind).toBe('store');
    expect(ask(drifted, { kind: 'adopt', note }, gone)).toContain('restore it');
  });

  it('restore plans to put ours back over it', () => {
    expect(done(drifted, { kind: 'restore', note }, observed(FOREIGN, 300)).change).toMatchObject({
      before: FOREIGN,
      after: QUARANTINE_25,
      ttl: 300,
      fromRung: 2,
      toRung: 2,
      stage: 'approved',
      byHand: true,
    });
  });
});
