import { describe, expect, it } from 'vitest';
import { anEvidence, daysFrom, everyDay } from '../../test/builders/evidence.js';
import { RecordingWakeUp } from '../../test/builders/port-doubles.js';
import { aChange, aRollout, NONE, NOW, observed } from '../../test/builders/rollout.js';
import { zoneQuestions, type Zone } from '../../test/builders/zone-questions.js';
import { checkDomain } from '../core/checks/check-domain.js';
import type { CheckRecord } from '../core/checks/check-outcome.js';
import { storedCheck } from '../core/checks/stored-check.js';
import type { Cell } from '../core/evidence/cell.js';
import { DAY_MS, HOUR_MS } from '../core/instant.js';
import type { Change, Rollout } from '../core/rollout/rollout.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore, Transition } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import type { AssessDomain } from './assess-domain.js';
import { EvaluateDomain } from './evaluate-domain.js';

const SOUND: Zone = {
  'shop.example': [{ MX: [10, 'mail.shop.example'] }, { TXT: 'v=spf1 mx ~all' }],
  'mail.shop.example': [{ A: '192.0.2.10' }],
};
const BROKEN: Zone = { ...SOUND, 'shop.example': [{ TXT: 'v=spf1 ipv4:192.0.2.10 ~all' }] };
const NEVER: CheckRecord = { latest: null, earlier: [], firstAt: null };
const GOOD = everyDay(daysFrom('2026-01-15', '2026-03-12'));
const UNSIGNED = everyDay(daysFrom('2026-01-15', '2026-03-12'), { dkimAligned: 0 });

async function checkedAt(zone: Zone, at: number): Promise<CheckRecord> {
  const options = { senders: [], selectors: [], mailbox: null };
  const latest = storedCheck(
    await checkDomain('shop.example', options, zoneQuestions(zone), observed(NONE)),
    at,
  );
  return { latest, earlier: [], firstAt: at };
}

/** Evaluates once, with what was checked before and what a check finds now. */
async function evaluate(
  before: CheckRecord,
  now: Zone,
  rollout: Rollout = aRollout(),
  cells: readonly Cell[] = GOOD,
  isTakingIn = false,
) {
  const saved: Transition[] = [];
  let checks = 0;
  const rollouts = {
    find: async () => ({ rollout, verdict: null, dueAt: NOW }),
    save: async (transition: Transition) => void saved.push(transition),
  } as unknown as RolloutStore;
  const assess = {
    evidenceOf: async () => anEvidence(cells, { lastReportAt: NOW - HOUR_MS }),
    isTakingIn: async () => isTakingIn,
  } as unknown as AssessDomain;
  const observer = {
    observe: async () => ({ observation: observed(rollout.record ?? NONE), servers: [] }),
  } as unknown as RecordObserver;
  const check = {
    recordOf: async () => before,
    run: async () => {
      checks += 1;
      return checkedAt(now, NOW);
    },
  };
  const woken: number[] = [];
  const wakeUp: Pick<WakeUp, 'wake'> = { wake: async (_, options) => void woken.push(options?.delayMs ?? 0) };
  await new EvaluateDomain(rollouts, assess, observer, wakeUp, { now: () => NOW }, check).run('shop.example');
  return { rollout: saved[0]?.rollout ?? rollout, dueAt: saved[0]?.dueAt ?? NOW, checks, saved, woken };
}

describe('the DNS checks of an evaluation', () => {
  it('are made before a strengthening, and hold it', async () => {
    const { rollout, checks } = await evaluate(await checkedAt(SOUND, NOW - 2 * HOUR_MS), BROKEN);
    expect(checks).toBe(1);
    expect(rollout.change).toBeNull();
    expect(rollout.holds).toMatchObject([{ reason: 'failing-check' }]);
  });

  it('are not made again when they were made within the hour', async () => {
    const { rollout, checks } = await evaluate(await checkedAt(SOUND, NOW - HOUR_MS / 2), BROKEN);
    expect(checks).toBe(0);
    expect(rollout.change).toMatchObject({ direction: 'strengthen' });
  });

  it.each<[string, Partial<Change>, number, number]>([
    ['a plan waits for its approval', { needsApproval: true }, 2, 1],
    ['a plan was approved by a person', { needsApproval: true, approvedBy: 'ann' }, 2, 1],
    ['a change was approved', { stage: 'approved' }, 2, 1],
    ['a change was approved and just now checked', { stage: 'approved' }, 0.5, 0],
    ['a change is written already', { stage: 'written', writtenAt: NOW }, 2, 0],
  ])('are made within the hour before a write: %s', async (_what, patch, hours, times) => {
    const change = aChange({ plannedAt: NOW - 3 * DAY_MS, approvalExpiresAt: null, ...patch });
    const before = await checkedAt(SOUND, NOW - hours * HOUR_MS);
    const { rollout, checks } = await evaluate(before, BROKEN, aRollout({ change }), UNSIGNED);
    expect(checks).toBe(times);
    expect(rollout.change === null).toBe(times > 0);
    expect(rollout.holds.some(({ reason }) => reason === 'failing-check')).toBe(times > 0);
  });

  it.each([
    ['once a day', 24, 1],
    ['no more often', 23, 0],
  ])('are made %s where nothing is to be changed', async (_what, hours, times) => {
    const end = aRollout({ rung: 6, record: NONE.replace('none', 'reject') });
    const { checks } = await evaluate(await checkedAt(SOUND, NOW - hours * HOUR_MS), SOUND, end);
    expect(checks).toBe(times);
  });

  it('never delay a step back', async () => {
    const cells = [
      ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
      ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
    ];
    const end = aRollout({ rung: 6, record: NONE.replace('none', 'reject'), windowStart: NOW - 30 * DAY_MS });
    const { rollout, checks } = await evaluate(NEVER, SOUND, end, cells);
    expect(checks).toBe(0);
    expect(rollout.change).toMatchObject({ direction: 'weaken' });
  });

  it.each([
    ['within the hour while they hold', BROKEN, 1],
    ['after a day where all is well, or with the next decision before', SOUND, 6],
  ])('are made again %s', async (_what, zone, hours) => {
    const end = aRollout({ rung: 6, record: NONE.replace('none', 'reject') });
    const { dueAt } = await evaluate(NEVER, zone, end);
    expect(dueAt).toBe(NOW + hours * HOUR_MS);
  });

  it('are made at once for a domain that never had one', async () => {
    const { rollout, checks } = await evaluate(NEVER, SOUND);
    expect(checks).toBe(1);
    expect(rollout.holds).toEqual([]);
  });
});

describe('while reports are taken in', () => {
  it('nothing is planned that would strengthen, and it is decided again soon', async () => {
    const known = await checkedAt(SOUND, NOW);
    const planned = await evaluate(known, SOUND);
    expect(planned.rollout.change).toMatchObject({ direction: 'strengthen' });
    const held = await evaluate(known, SOUND, aRollout(), GOOD, true);
    expect(held).toMatchObject({ saved: [], woken: [60_000] });
  });

  it('what was planned before goes on, and so does a step back', async () => {
    const known = await checkedAt(SOUND, NOW);
    const { rollout } = await evaluate(known, SOUND);
    expect((await evaluate(known, SOUND, rollout, GOOD, true)).saved).toHaveLength(1);
    const end = aRollout({ rung: 6, record: NONE.replace('none', 'reject'), windowStart: NOW - 30 * DAY_MS });
    const failing = [
      ...everyDay(daysFrom('2026-01-15', '2026-03-10')),
      ...everyDay(['2026-03-11', '2026-03-12'], { passed: 0 }),
    ];
    const back = await evaluate(known, SOUND, end, failing, true);
    expect(back.rollout.change).toMatchObject({ direction: 'weaken' });
  });
});

describe('an evaluation that fails', () => {
  it('wakes what is open all the same: a step back depends on no decision', async () => {
    const change = aChange({ direction: 'weaken' });
    const rollouts = { find: async () => ({ rollout: aRollout({ change }), verdict: null, dueAt: NOW }) };
    const assess = { evidenceOf: async () => Promise.reject(new Error('too much of it')) };
    const observer = { observe: async () => ({ observation: observed(NONE), servers: [] }) };
    const wakeUp = new RecordingWakeUp();
    const evaluate = new EvaluateDomain(
      rollouts as unknown as RolloutStore,
      assess as unknown as AssessDomain,
      observer as unknown as RecordObserver,
      wakeUp,
      { now: () => NOW },
    );
    await expect(evaluate.run('shop.example')).rejects.toThrow('too much of it');
    expect(wakeUp.workflows()).toEqual(['apply-change']);
  });
});
