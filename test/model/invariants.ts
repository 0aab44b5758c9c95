import { DAY_MS, addDays, dayOf } from '../../src/core/instant.js';
import type { AuditEntry } from '../../src/core/rollout/audit.js';
import type { Cell } from '../../src/core/evidence/cell.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Decision } from '../../src/core/rollout/decide.js';
import type { LittleWorld } from './little-world.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import { aFailingCell } from '../builders/evidence.js';
import { awaitsApproval } from '../../src/core/rollout/rollout.js';
import { currentRung } from '../../src/core/rollout/rungs.js';
import { decide } from '../../src/core/rollout/decide.js';
import { expect } from 'vitest';
import { isDmarcRecord } from '../../src/core/record/tags.js';

const MAY_BE_PUSHED = ['inconclusive', 'awaiting-approval', 'outside-window'];

/** At the moment in which the provider is about to replace one set by another. */
export function checkWrite(world: LittleWorld, live: readonly string[], next: readonly string[]): void {
  const { rollout } = world;
  const { change } = rollout;
  if (change === null) throw new Error('a write without a change');
  expect(live.filter(isDmarcRecord), 'I2: what stands there is what the plan was made for').toEqual([
    change.before,
  ]);
  expect(next.filter(isDmarcRecord), 'I6: one record after the write').toEqual([change.after]);
  expect(next.filter((it) => !isDmarcRecord(it))).toEqual(live.filter((it) => !isDmarcRecord(it)));
  expect(change.stage, 'the intent is stored first').toBe('intended');
  const isRestore = change.byHand && change.toRung === change.fromRung;
  if (!isRestore) {
    expect(untouched(change.after), 'I5: only the five tags change').toBe(untouched(change.before ?? ''));
  }
  if (isRestore) return;
  if (change.direction === 'weaken') {
    expect(change.toRung, 'down is down').toBeLessThan(change.fromRung);
    return;
  }
  const standing = rollout.holds
    .map((it) => it.reason)
    .filter((it) => !(change.byHand && MAY_BE_PUSHED.includes(it)));
  expect(standing, 'I3: no strengthening while a hold stands').toEqual([]);
  expect([change.fromRung, change.toRung], 'I1: one rung up').toEqual([
    rollout.rung,
    (rollout.rung ?? 0) + 1,
  ]);
  if (change.byHand) return;
  const soaked = (world.now - world.freshSince) / DAY_MS;
  expect(soaked, 'I1: a full soak between two strengthenings').toBeGreaterThanOrEqual(
    currentRung(rollout).soakDays,
  );
  expect(world.decision?.verdict.kind, 'what is published has just passed').toBe('pass');
}

/** Another way to say "all other bytes": the record without the five tags, written apart from the product's editor. */
function untouched(text: string): string {
  return text
    .split(';')
    .filter((part) => !/^\s*(p|sp|np|pct|t)\s*=/i.test(part))
    .join(';');
}

export function checkDecision(world: LittleWorld, decision: Decision, observed: Observation): void {
  const { verdict, rollout } = decision;
  if (world.cells.length === 0) {
    expect(['inconclusive', 'error'], 'I8: no data is no verdict').toContain(verdict.kind);
    expect(verdict.stepBackTo, 'I8: no data is no rollback').toBeNull();
    if (world.rollout.change === null) expect(rollout.change, 'I8: no data moves nothing').toBeNull();
  }
  if (observed.kind === 'unknown') expect(verdict.kind, 'I8: unknown is never a pass').not.toBe('pass');
  if (observed.kind === 'record' && !observed.text.includes('rua=mailto:')) {
    expect(
      rollout.holds.map((it) => it.reason),
      'I7: without rua we are blind',
    ).toContain('failing-check');
  }
  const { stepBackTo } = verdict;
  if (stepBackTo !== null) expect(stepBackTo).toBeLessThan(rollout.rung ?? 0);
}

/** I10: the same decision with hostile mail added to all that is known. */
export function checkHostile(world: LittleWorld): void {
  if (world.cells.length === 0) return; // there it is news: somebody reports
  const before = world.evidence();
  const situation = { rollout: world.rollout, evidence: before, observed: world.observe(), now: world.now };
  const decision = decide(situation);
  const again = decide({
    ...situation,
    evidence: { ...before, cells: [...before.cells, ...abuse(world.now)] },
  });
  const { kind, stepBackTo } = again.verdict;
  expect({ kind, stepBackTo, change: again.rollout.change }, 'I10: hostile mail changes nothing').toEqual({
    kind: decision.verdict.kind,
    stepBackTo: decision.verdict.stepBackTo,
    change: decision.rollout.change && { ...decision.rollout.change, cause: again.rollout.change?.cause },
  });
}

function abuse(now: number): readonly Cell[] {
  return [1, 2, 3, 17, 40].flatMap((back) =>
    ['big.example', 'abused.example'].map((reporter, at) =>
      aFailingCell({
        day: addDays(dayOf(now), -back),
        reporter,
        ip: `203.0.${back}.${at}`,
        messages: 4000 * back,
      }),
    ),
  );
}

const ENDS = ['superseded', 'failed', 'effective', 'adopted'];

/** Between two stored states. */
export function checkStored(before: Rollout, after: Rollout, audit: readonly AuditEntry[]): void {
  const actions = audit.map((it) => it.action);
  if (stateOf(before) !== stateOf(after)) {
    expect(actions.length, 'I9: each transition leaves an audit row').toBeGreaterThan(0);
    expect(after.version, 'each transition counts').toBe(before.version + 1);
  }
  if (before.change !== null && before.change.id !== after.change?.id) {
    expect(
      ENDS.filter((it) => actions.includes(it)),
      'I4: a change ends before another opens',
    ).not.toEqual([]);
  }
  const isWaiting = after.holds.some((it) => it.reason === 'awaiting-approval');
  expect(isWaiting, 'a wait for approval and its plan come and go together').toBe(
    after.change !== null && awaitsApproval(after.change),
  );
  const reasons = after.holds.map((it) => it.reason);
  expect(new Set(reasons).size, 'a hold stands once').toBe(reasons.length);
  if (after.rung !== null) expect(after.stableRung).toBeLessThanOrEqual(after.rung);
}

function stateOf(rollout: Rollout): string {
  const { rung, record, change, holds } = rollout;
  return JSON.stringify([rung, record, change?.id, change?.stage, holds.map((it) => it.reason)]);
}

/** What a person asked for and was not refused happens, when nothing is in its way. */
export function checkAsked(
  world: LittleWorld,
  command: Extract<Command, { kind: 'promote' | 'abort' }>,
): void {
  const { rung, stableRung, change, record } = world.rollout;
  const expected = change?.stage === 'written' ? change.after : record;
  const isClear = world.fault === 'none' && world.answer === 'truth' && world.records().join() === expected;
  const refused = world.command(command);
  if (refused !== null || !isClear) return;
  if (command.kind === 'promote') expect(world.rollout.rung, 'a promotion goes up').toBe((rung ?? 0) + 1);
  const target = { stay: 99, stable: stableRung, none: 0 };
  if (command.kind === 'abort') {
    expect(world.rollout.rung ?? 0, 'an abort goes down').toBeLessThanOrEqual(target[command.target]);
  }
}
