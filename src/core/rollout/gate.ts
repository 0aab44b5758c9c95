import type { Condition, Verdict, VerdictKind } from './verdict.js';
import {
  coverageHolds,
  monthEnd,
  recordRead,
  reportersOnTime,
  reportsArrive,
  sample,
  severalReporters,
  soak,
} from './gate-conditions.js';
import { currentRung, nextRung } from './rungs.js';
import { forwarderBudget, harm, noBrokenSource, unknownSources, worstSource } from './source-conditions.js';
import { isHeldBack, spFor, standingTags, subdomainPolicy, tagsAt } from './footing.js';
import { judgeSubdomains } from './subdomain-gate.js';
import type { Subdomains } from './subdomain-gate.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Footing } from './footing.js';
import type { GateView } from './gate-conditions.js';
import type { Instant } from '../instant.js';
import type { Policy } from '../record/policy.js';
import type { Rollout } from './rollout.js';
import type { SourceView } from './source-conditions.js';
import { stepBack } from './step-back.js';

/** Conditions that say "this would hurt" rather than "this can't be told yet". */
const HARMFUL = ['unknown-sources', 'worst-source', 'expected-harm', 'forwarder-budget'];

/**
 * The verdict on a domain: whether the next rung is safe, and whether this one still is. Every condition is listed,
 * satisfied or not. No data is never a pass, nor a fail. What its subdomains send decides about `sp` alone.
 */
export function judge(rollout: Rollout, assessment: Assessment, now: Instant): Verdict {
  const back = stepBack(rollout, assessment);
  const up = nextRung(rollout);
  const view: GateView = {
    rollout,
    assessment,
    rung: currentRung(rollout),
    next: up?.rung ?? currentRung(rollout),
    now,
  };
  const own = rollout.rung === null ? [recordRead()] : up === null ? standing(view) : climbing(view);
  const subdomains = judgeSubdomains(view);
  const conditions = [...own, ...subdomains.conditions];
  if (back !== null) {
    return { kind: 'fail', why: back.why, conditions, next: null, stepBackTo: back.to, earliest: null };
  }
  const kind = kindOf(own);
  const next = kind === 'pass' ? nextFooting(rollout, up?.index ?? null, view.next.tags.p, subdomains) : null;
  return {
    kind,
    why: [reason(kind, own, up !== null), heldBack(rollout, kind, next, subdomains)]
      .filter(Boolean)
      .join('; '),
    conditions,
    next,
    stepBackTo: null,
    earliest: earliest(own),
  };
}

/** Where everything that passes may go: the domain a rung up, its subdomains as far as their own mail allows. */
function nextFooting(
  rollout: Rollout,
  rung: number | null,
  p: Policy,
  { policy }: Subdomains,
): Footing | null {
  if (rung !== null) return { rung, sp: spFor(rollout, p, policy) };
  if (rollout.rung === null || policy === subdomainPolicy(rollout)) return null;
  return { rung: rollout.rung, sp: policy };
}

function heldBack(
  rollout: Rollout,
  kind: VerdictKind,
  next: Footing | null,
  { policy, why }: Subdomains,
): string {
  const isBehind = next === null ? isHeldBack(rollout) : next.sp !== null && why !== null;
  return kind === 'pass' && isBehind && why !== null ? `subdomains stay at sp=${policy}: ${why}` : '';
}

function climbing(view: GateView): readonly Condition[] {
  const month = monthEnd(view);
  const own = ownMail(view);
  return [
    soak(view),
    ...(month === null ? [] : [month]),
    reportsArrive(view),
    reportersOnTime(view),
    severalReporters(view),
    coverageHolds(view),
    sample(view),
    unknownSources(own),
    worstSource(own),
    harm(own),
    forwarderBudget(own),
  ];
}

/** At the last rung nothing more is wanted, but the watch goes on. */
function standing(view: GateView): readonly Condition[] {
  const own = ownMail(view);
  return [reportsArrive(view), coverageHolds(view), unknownSources(own), noBrokenSource(own)];
}

function ownMail({ assessment, next, rollout }: GateView): SourceView {
  return {
    rollout,
    assessment,
    sources: assessment.sources.filter((it) => it.headerFrom === rollout.domain),
    tags: nextRung(rollout) === null ? standingTags(rollout) : tagsAt(rollout, next, null),
    prefix: '',
  };
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
