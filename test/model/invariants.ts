import { DAY_MS } from '../../src/core/instant.js';
import type { AuditEntry } from '../../src/core/rollout/audit.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Decision } from '../../src/core/rollout/decide.js';
import type { LittleWorld } from './little-world.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import { awaitsApproval } from '../../src/core/rollout/rollout.js';
import { exposed, rungOfOurs } from '../../src/core/rollout/in-flight.js';
import { currentRung } from '../../src/core/rollout/rungs.js';
import { expect } from 'vitest';
import { isDmarcRecord, readPolicyTags } from '../../src/core/record/tags.js';
import { strictness } from '../../src/core/record/policy.js';
import { textAt } from '../../src/core/rollout/plan.js';

const MAY_BE_PUSHED = ['inconclusive', 'awaiting-approval', 'outside-window'];

/** At the moment in which the provider is about to replace one set by another. */
export function checkWrite(world: LittleWorld, live: readonly string[], next: readonly string[]): void {
  const { rollout } = world;
  const { change } = rollout;
  if (change === null) throw new Error('a write without a change');
  const texts = new Set(live.filter(isDmarcRecord)); // the same text twice is one record to DNS
  const planned = change.before === null ? [] : [change.before]; // a record that was taken away is put back
  expect([...texts], 'I2: what stands there is what the plan was made for').toEqual(planned);
  expect(next.filter(isDmarcRecord), 'I6: one record after the write').toEqual([change.after]);
  expect(next.filter((it) => !isDmarcRecord(it))).toEqual(live.filter((it) => !isDmarcRecord(it)));
  expect(change.stage, 'the intent is stored first').toBe('intended');
  const isRestore = change.after === rollout.record && rungOfOurs(rollout, change.before) === null;
  if (!isRestore) {
    expect(untouched(change.after), 'I5: only the five tags change').toBe(untouched(change.before ?? ''));
  }
  if (isRestore) return;
  const [from, to] = [levels(change.before ?? ''), levels(change.after)];
  if (change.direction === 'weaken') {
    expect(change.toRung, 'down is down').toBeLessThanOrEqual(change.fromRung);
    expect(to.p, 'down is down').toBeLessThanOrEqual(from.p);
    expect(to.subdomains, 'down is down, for subdomains too').toBeLessThanOrEqual(from.subdomains);
    const isLower = change.toRung < change.fromRung || to.subdomains < from.subdomains;
    expect(isLower, 'down is no standing still').toBe(true);
    return;
  }
  const standing = rollout.holds
    .map((it) => it.reason)
    .filter((it) => !(change.byHand && MAY_BE_PUSHED.includes(it)));
  expect(standing, 'I3: no strengthening while a hold stands').toEqual([]);
  expect(change.fromRung, 'I1: from where it stands').toBe(rollout.rung);
  expect(to.subdomains, 'going up, nobody is taken down').toBeGreaterThanOrEqual(from.subdomains);
  if (change.toRung === change.fromRung) {
    expect(to, 'I1: the subdomains one level up, or …').toEqual({ ...from, subdomains: from.subdomains + 1 });
  } else expect(change.toRung, 'I1: … one rung up').toBe(change.fromRung + 1);
  expect(world.decision?.verdict.kind, 'nobody is hurt that is known of').not.toBe('fail');
  const most = Math.max(from.p, strictness(rollout.settings.lastPolicy)); // an adopted record may ask for more
  expect(to.p, 'no more than is wanted').toBeLessThanOrEqual(most);
  if (change.byHand) return;
  expect(to.subdomains - from.subdomains, 'I1: at most a level').toBeLessThanOrEqual(1);
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

/** How strict a record is with its domain and with its subdomains (RFC 9989 4.7: sp falls back to p). */
function levels(record: string): { readonly p: number; readonly subdomains: number } {
  const tags = readPolicyTags(record);
  const p = strictness(tags?.p ?? 'none');
  return { p, subdomains: tags?.sp === undefined ? p : strictness(tags.sp) };
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
  const { record, rung } = exposed(rollout);
  if (stepBackTo !== null && record !== null) {
    const [from, to] = [levels(record), levels(textAt(rollout, stepBackTo, record, rung ?? 0))];
    expect(stepBackTo.rung, 'back is not up').toBeLessThanOrEqual(rung ?? 0);
    expect(to.subdomains, 'back is not up').toBeLessThanOrEqual(from.subdomains);
    const isLower = stepBackTo.rung < (rung ?? 0) || to.subdomains < from.subdomains;
    expect(isLower, 'back is no standing still').toBe(true);
  }
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
  const isHarmful = world.decision?.verdict.kind === 'fail';
  if (command.kind === 'promote')
    expect(world.rollout.rung, 'a promotion goes up').toBe((rung ?? 0) + (isHarmful ? 0 : 1));
  const target = { stay: 99, stable: stableRung, none: 0 };
  if (command.kind === 'abort') {
    expect(world.rollout.rung ?? 0, 'an abort goes down').toBeLessThanOrEqual(target[command.target]);
  }
}
