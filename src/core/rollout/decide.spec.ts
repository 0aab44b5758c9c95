import { DAY_MS, HOUR_MS, startOfDay } from '../instant.js';
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
  anEnrolled,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import { anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { decide, dueAt, nextWorkflow } from './decide.js';
import { describe, expect, it } from 'vitest';
import type { Change, Rollout } from './rollout.js';
import type { Decision } from './decide.js';
import type { Observation } from './observation.js';
import { prepareWrite } from './write-change.js';

const GOOD = everyDay(daysFrom('2026-01-15', '2026-03-12'));
const BROKEN = [
  ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
  ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
];
const WINDOWS = [{ timeZone: 'UTC', days: [1], fromHour: 9, toHour: 10 }]; // NOW is a Friday

function decideOn(
  rollout: Rollout,
  seen: Observation = observed(rollout.record ?? NONE),
  cells = GOOD,
): Decision {
  return decide({
    rollout,
    evidence: anEvidence(cells, { lastReportAt: NOW - HOUR_MS }),
    observed: seen,
    now: NOW,
  });
}

function actions(decision: Decision): readonly string[] {
  return decision.audit.map((it) => it.action);
}

describe('going up', () => {
  it('plans the next rung as soon as the evidence passes', () => {
    const decision = decideOn(aRollout());
    expect(decision).toMatchObject({ verdict: { kind: 'pass' }, next: 'apply-change', dueAt: NOW + 60_000 });
    expect(decision.rollout.change).toMatchObject({
      stage: 'approved',
      fromRung: 0,
      toRung: 1,
      before: NONE,
      after: 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@shop.example',
    });
    expect(decision.rollout.version).toBe(8);
  });

  it('asks a person first where one wants to be asked', () => {
    const decision = decideOn(aRollout({ settings: { mode: 'supervised' } }));
    expect(decision.rollout.change).toMatchObject({ stage: 'planned', approvalExpiresAt: NOW + 7 * DAY_MS });
    expect(reasonsOf(decision.rollout)).toEqual(['awaiting-approval']);
    expect(decision.next).toBeNull();
    expect(decision.notices).toMatchObject([{ event: 'approval-wanted', before: NONE }]);
  });

  it('… and tells what that person should know of the record', () => {
    const record = 'v=DMARC1; p=none; rua=mailto:dmarc@vendor.example';
    const rollout = aRollout({ record, settings: { mode: 'supervised' } });
    const [notice] = decideOn(rollout).notices;
    expect(notice?.text).toMatch(/^wants to publish: .*\. reports go to vendor\.example; it must publish/);
  });

  it.each(['paused', 'aborted', 'freeze', 'failing-check'] as const)(
    'plans nothing under the hold %s',
    (reason) => {
      expect(decideOn(aRollout({ holds: [aHold(reason)] })).rollout.change).toBeNull();
    },
  );

  it('plans nothing when nothing has changed, and counts no version', () => {
    const rollout = aRollout({ windowStart: startOfDay('2026-03-01') });
    const decision = decideOn(rollout);
    expect(decision.rollout).toBe(rollout);
    expect(decision.audit).toEqual([]);
  });

  it('stops at the last policy that the owner wants', () => {
    const rollout = aRollout({
      rung: 4,
      record: 'v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example',
      settings: { lastPolicy: 'quarantine' },
    });
    const { kind } = decideOn(rollout).verdict;
    expect([kind, decideOn(rollout).rollout.change]).toEqual(['pass', null]);
  });
});

describe('a change that becomes effective', () => {
  const verified = aRollout({
    rung: 1,
    record: QUARANTINE_10,
    change: aChange({ stage: 'verified', effectiveAt: NOW - HOUR_MS, attempts: 1 }),
  });

  it('begins a new window: the rung above waits for a full soak', () => {
    const decision = decideOn(verified);
    expect(decision.rollout).toMatchObject({
      change: null,
      windowStart: NOW - HOUR_MS,
      stableRung: 0,
      rung: 1,
    });
    expect(decision.verdict.conditions[0]).toMatchObject({ name: 'soak', satisfied: false });
  });

  it('is waited for until the old record has run out everywhere', () => {
    const change = { ...verified.change!, effectiveAt: NOW + 1 };
    expect(decideOn({ ...verified, change }).rollout.change?.stage).toBe('verified');
  });

  it('a rung that a person pushed past has not passed', () => {
    const change: Change = {
      ...verified.change!,
      byHand: true,
      fromRung: 1,
      toRung: 2,
      before: QUARANTINE_10,
      after: QUARANTINE_25,
    };
    const { rollout } = decideOn({ ...verified, rung: 2, record: QUARANTINE_25, change });
    expect(rollout.stableRung).toBe(0);
  });

  it('tells people once the last rung is reached', () => {
    const change = { ...verified.change!, fromRung: 5, toRung: 6, after: REJECT };
    const { notices } = decideOn({ ...verified, rung: 6, record: REJECT, change });
    expect(notices.map((it) => it.event)).toEqual(['completed']);
  });
});

describe('a change that is not written yet', () => {
  const waiting = aRollout({
    change: aPlannedChange(),
    holds: [aHold('awaiting-approval')],
    settings: { mode: 'supervised' },
  });

  it.each<readonly [string, Rollout, Observation, typeof GOOD]>([
    [
      'the verdict turns',
      aRollout({ ...waiting, windowStart: startOfDay('2026-03-01') }),
      observed(NONE),
      GOOD,
    ],
    ['DNS can not be read', aRollout({ change: aChange() }), { kind: 'unknown', reason: 'SERVFAIL' }, GOOD],
    ['a hold comes up', aRollout({ change: aChange(), holds: [aHold('paused')] }), observed(NONE), GOOD],
    ['somebody changes the record', waiting, observed(REJECT), GOOD],
    [
      'the record it was made for is no longer ours',
      aRollout({ change: aChange({ before: REJECT }), holds: [aHold('paused')] }),
      observed(NONE),
      GOOD,
    ],
  ])('is dropped when %s', (_title, rollout, seen, cells) => {
    const decision = decideOn(rollout, seen, cells);
    expect(decision.rollout.change).toBeNull();
    expect(actions(decision)).toContain('superseded');
    expect(reasonsOf(decision.rollout)).not.toContain('awaiting-approval');
  });

  it('is planned anew, on fresh evidence, when nobody approves it in time', () => {
    const change = { ...waiting.change!, approvalExpiresAt: NOW };
    const decision = decideOn({ ...waiting, change });
    expect(actions(decision)).toEqual(['superseded', 'hold-cleared', 'planned', 'held']);
    expect(decision.rollout.change).toMatchObject({ stage: 'planned', approvalExpiresAt: NOW + 7 * DAY_MS });
  });

  it('a closed window delays it and asks nobody twice', () => {
    const settings = { ...waiting.settings, windows: WINDOWS };
    const decision = decideOn({ ...waiting, settings });
    expect(decision.rollout.change).toEqual(waiting.change);
    expect(reasonsOf(decision.rollout)).toEqual(['awaiting-approval', 'outside-window']);
    expect(decision.dueAt).toBe(NOW + HOUR_MS / 2);
  });

  it('a failing provider delays it', () => {
    const rollout = aRollout({ change: aChange(), holds: [aHold('provider-error', { since: NOW })] });
    const decision = decideOn(rollout);
    expect(decision.rollout.change).toEqual(rollout.change);
    expect(reasonsOf(decision.rollout)).toEqual(['provider-error']);
  });

  it('a promotion is written outside the window too', () => {
    const rollout = aRollout({ change: aChange({ byHand: true }), settings: { windows: WINDOWS } });
    expect(decideOn(rollout)).toMatchObject({
      next: 'apply-change',
      rollout: { holds: [], change: rollout.change },
    });
  });
});

describe('a strengthening that was interrupted', () => {
  const interrupted = aRollout({ change: aChange({ stage: 'intended', attempts: 1 }) });
  const step = prepareWrite(interrupted, { values: [NONE], ttl: 300 }, NOW);
  const putBack = step.kind === 'store' ? step.draft.rollout : interrupted;

  it('is written once it is decided again', () => {
    const decision = decideOn(putBack);
    expect(decision.rollout.change).toMatchObject({ stage: 'approved', id: interrupted.change?.id });
    expect(actions(decision)).toEqual(['decided-again']);
    expect(decision.next).toBe('apply-change');
  });

  it('is not written when the evidence has turned meanwhile', () => {
    const decision = decideOn(putBack, observed(NONE), BROKEN);
    expect(decision.rollout.change).toBeNull();
    expect(decision.verdict.kind).toBe('fail');
  });

  it('is not written over a retry, which asks for a fresh window', () => {
    expect(decideOn({ ...putBack, windowStart: NOW }).rollout.change).toBeNull();
  });
});

describe('going down', () => {
  const top = aRollout({ rung: 6, stableRung: 5, record: REJECT });

  it.each([[], [aHold('paused')], [aHold('freeze'), aHold('silent')], [aHold('aborted')]])(
    'happens at once, whatever holds: %o',
    (...holds) => {
      const decision = decideOn({ ...top, holds }, observed(REJECT), BROKEN);
      expect(decision.rollout.change).toMatchObject({
        direction: 'weaken',
        stage: 'approved',
        toRung: 0,
        before: REJECT,
        after: NONE,
      });
      expect(decision.next).toBe('apply-change');
    },
  );

  it('needs neither approval nor window', () => {
    const settings = { ...top.settings, mode: 'supervised', windows: WINDOWS } as const;
    expect(decideOn({ ...top, settings }, observed(REJECT), BROKEN).next).toBe('apply-change');
  });

  it('happens though DNS can not be read: the provider is asked before the write', () => {
    const decision = decideOn(top, { kind: 'unknown', reason: 'time-out' }, BROKEN);
    expect(decision.rollout.change?.direction).toBe('weaken');
  });

  it.each<Observation>([
    { kind: 'unknown', reason: 'time-out' },
    { kind: 'disagree', texts: [REJECT, NONE] },
  ])('an earlier drift does not stop it where DNS tells no more whose record stands: $kind', (seen) => {
    const decision = decideOn({ ...top, holds: [aHold('drift')] }, seen, BROKEN);
    expect(decision.rollout.change).toMatchObject({ direction: 'weaken', before: REJECT, after: NONE });
  });

  it.each<readonly [string, Observation]>([
    ['a foreign record', observed(NONE)],
    ['none', { kind: 'absent' }],
    ['two records', { kind: 'several-records', texts: [REJECT, NONE] }],
    ['a CNAME', { kind: 'cname', target: 'elsewhere.example' }],
  ])('is not planned while %s stands there', (_title, seen) => {
    expect(decideOn(top, seen, BROKEN).rollout.change).toBeNull();
  });

  it.each(['planned', 'approved', 'written', 'verified'] as const)(
    'replaces a strengthening that is %s',
    (stage) => {
      const after = 'v=DMARC1; p=reject; pct=25; t=y; rua=mailto:dmarc@shop.example';
      const before = 'v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.example';
      const isOut = stage === 'written' || stage === 'verified';
      const change = aChange({
        stage,
        fromRung: 4,
        toRung: 5,
        before,
        after,
        attempts: isOut ? 1 : 0,
        effectiveAt: stage === 'verified' ? NOW + HOUR_MS : null,
        writtenAt: isOut ? NOW : null,
      });
      const isTaken = stage === 'verified';
      const rollout = aRollout({ rung: isTaken ? 5 : 4, record: isTaken ? after : before, change });
      const decision = decideOn(rollout, observed(isOut ? after : before), BROKEN);
      expect(actions(decision)).toContain('superseded');
      expect(decision.rollout.change).toMatchObject({
        direction: 'weaken',
        before: isOut ? after : before,
        toRung: 0,
      });
    },
  );

  it('waits for a write that is unsettled', () => {
    const change = aChange({
      stage: 'intended',
      attempts: 1,
      fromRung: 1,
      toRung: 2,
      before: QUARANTINE_10,
      after: QUARANTINE_25,
    });
    const decision = decideOn(
      aRollout({ rung: 1, record: QUARANTINE_10, change }),
      observed(QUARANTINE_10),
      BROKEN,
    );
    expect(decision.rollout.change).toEqual(change);
    expect(decision.verdict.stepBackTo).toEqual({ rung: 0, sp: null });
  });

  it('is not planned twice', () => {
    const once = decideOn(top, observed(REJECT), BROKEN).rollout;
    const again = decideOn(once, observed(REJECT), BROKEN).rollout;
    expect(again).toBe(once);
  });
});

describe('no data', () => {
  it.each([
    anEnrolled({ enrolledAt: NOW }),
    aRollout({ windowStart: NOW - 99 * DAY_MS }),
    aRollout({ rung: 6, record: REJECT }),
  ])('is never a pass, a fail or a step back (I8)', (rollout) => {
    const evidence = { cells: [], decisions: [], lastReportAt: null };
    const decision = decide({ rollout, evidence, observed: observed(rollout.record ?? NONE), now: NOW });
    expect(decision.verdict).toMatchObject({ kind: 'inconclusive', stepBackTo: null });
    expect(decision.rollout.change).toBeNull();
  });

  it('what DNS does not answer is an error, and holds', () => {
    const decision = decideOn(aRollout(), { kind: 'unknown', reason: 'SERVFAIL' });
    expect(decision.verdict).toMatchObject({ kind: 'error', why: "DNS can't be read: SERVFAIL" });
    expect(reasonsOf(decision.rollout)).toEqual(['inconclusive']);
    expect(reasonsOf(decideOn(decision.rollout).rollout)).toEqual([]);
  });
});

describe('what comes next', () => {
  it.each<readonly [string, Rollout, Decision['next'], number]>([
    ['nothing is open', aRollout(), null, 6 * HOUR_MS],
    ['a person is asked', aRollout({ change: aPlannedChange() }), null, 6 * HOUR_MS],
    ['it is to be decided again', aRollout({ change: aPlannedChange({ approvedBy: 'ann' }) }), null, 60_000],
    ['approved', aRollout({ change: aChange() }), 'apply-change', 60_000],
    ['intended', aRollout({ change: aChange({ stage: 'intended' }) }), 'apply-change', 60_000],
    ['written', aRollout({ change: aChange({ stage: 'written' }) }), 'verify-change', 60_000],
    ['verified', aRollout({ change: aChange({ stage: 'verified', effectiveAt: NOW + 5000 }) }), null, 5000],
    [
      'verified under a long TTL',
      aRollout({ change: aChange({ stage: 'verified', effectiveAt: NOW + 9 * DAY_MS }) }),
      null,
      DAY_MS,
    ],
    ['a window is waited for', aRollout({ holds: [aHold('outside-window')] }), null, HOUR_MS / 2],
    [
      'a write may land late',
      aRollout({ late: [{ text: NONE, rung: 0, until: NOW + HOUR_MS }] }),
      null,
      HOUR_MS / 2,
    ],
  ])('%s', (_title, rollout, next, after) => {
    expect([nextWorkflow(rollout), dueAt(rollout, NOW) - NOW]).toEqual([next, after]);
  });
});
