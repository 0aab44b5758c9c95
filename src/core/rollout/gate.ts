import type { Condition, Verdict, VerdictKind } from './verdict.js';
import {
  coverageHolds,
  forwarderBudget,
  harm,
  monthEnd,
  noBrokenSource,
  recordRead,
  reportsArrive,
  sample,
  soak,
  unknownSources,
  worstSource,
} from './gate-conditions.js';
import { currentRung, nextRung } from './rungs.js';
import type { Assessment } from '../evidence/assessment.js';
import type { GateView } from './gate-conditions.js';
import type { Instant } from '../instant.js';
import type { Rollout } from './rollout.js';
import { stepBack } from './step-back.js';

/** Conditions that say "this would hurt" rather than "this can't be told yet". */
const HARMFUL = ['unknown-sources', 'worst-source', 'expected-harm', 'forwarder-budget'];

/**
 * The verdict on a domain: whether the next rung is safe, and whether this one still is. Every condition is listed,
 * satisfied or not. No data is never a pass, nor a fail.
 */
export function judge(rollout: Rollout, assessment: Assessment, now: Instant): Verdict {
  const back = stepBack(rollout, assessment);
  const next = nextRung(rollout);
  const view: GateView = {
    rollout,
    assessment,
    rung: currentRung(rollout),
    next: next?.rung ?? currentRung(rollout),
    now,
  };
  const conditions = rollout.rung === null ? [recordRead()] : next === null ? standing(view) : climbing(view);
  if (back !== null) {
    return { kind: 'fail', why: back.why, conditions, stepBackTo: back.toRung, earliest: null };
  }
  const kind = kindOf(conditions);
  return {
    kind,
    why: reason(kind, conditions, next !== null),
    conditions,
    stepBackTo: null,
    earliest: earliest(conditions),
  };
}

function climbing(view: GateView): readonly Condition[] {
  const month = monthEnd(view);
  return [
    soak(view),
    ...(month === null ? [] : [month]),
    reportsArrive(view),
    coverageHolds(view),
    sample(view),
    unknownSources(view),
    worstSource(view),
    harm(view),
    forwarderBudget(view),
  ];
}

/** At the last rung nothing more is wanted, but the watch goes on. */
function standing(view: GateView): readonly Condition[] {
  return [reportsArrive(view), coverageHolds(view), unknownSources(view), noBrokenSource(view)];
}

function kindOf(conditions: readonly Condition[]): VerdictKind {
  if (conditions.some((it) => it.satisfied === false && HARMFUL.includes(it.name))) return 'fail';
  return conditions.every((it) => it.satisfied === true) ? 'pass' : 'inconclusive';
}

function reason(kind: VerdictKind, conditions: readonly Condition[], isClimbing: boolean): string {
  const open = conditions.filter((it) => it.satisfied !== true);
  const worst = open.find((it) => it.satisfied === false && HARMFUL.includes(it.name)) ?? open[0];
  if (kind === 'pass' || worst === undefined) {
    return isClimbing ? 'the next rung hurts nobody' : 'stands at its last rung; nobody is hurt';
  }
  return `${worst.name}: ${worst.actual}, required ${worst.required}`;
}

/** The latest of the dates that open conditions wait for; null when one of them has no date. */
function earliest(conditions: readonly Condition[]): Instant | null {
  let date: Instant | null = null;
  for (const it of conditions) {
    if (it.satisfied === true) continue;
    if (it.earliest === null) return null;
    date = date === null || it.earliest > date ? it.earliest : date;
  }
  return date;
}
