import type { AssessedSource, Assessment } from '../evidence/assessment.js';
import { harmCap, isTouched } from './expected-harm.js';
import { currentRung, tagsAt } from './rungs.js';
import type { Rollout } from './rollout.js';
import { wilsonLower } from '../evidence/wilson.js';

export interface StepBack {
  readonly toRung: number;
  readonly why: string;
  readonly sources: readonly AssessedSource[];
}

/**
 * Whether legitimate mail has begun to fail at this rung, and the strongest rung where it does no harm. A source counts
 * when its recent failing is beyond the cap with confidence and more than one reporter saw it, or one that sees most
 * of it. A new source counts once it looks like a real sender, on its second day.
 */
export function stepBack(rollout: Rollout, assessment: Assessment): StepBack | null {
  if (rollout.rung === null || rollout.rung === 0) return null;
  const cap = harmCap(rollout.settings, assessment.legitimatePerWeek);
  const tags = tagsAt(rollout, currentRung(rollout));
  const failing = assessment.sources.filter(
    (it) => isTouched(rollout.domain, tags, it) && hasStartedToFail(it, cap, rollout.settings.passRate),
  );
  if (failing.length === 0) return null;
  const toRung = strongestHarmless(rollout, failing);
  const names = failing.map((it) => it.name).join(', ');
  return { toRung, sources: failing, why: `legitimate mail has begun to fail: ${names}` };
}

function hasStartedToFail(source: AssessedSource, cap: number, passRate: number): boolean {
  const { recent } = source;
  if (source.class === 'hostile' || source.class === 'forwarder' || recent.failing === 0) return false;
  if (source.class === 'unknown' && recent.days < 2) return false;
  const isWitnessed =
    recent.failingReporters > 1 || (source.class === 'authorized' && recent.reporterShare > 0.5);
  const rate = wilsonLower(recent.failing, recent.messages);
  const perWeek = (rate * recent.messages * 7) / Math.max(1, recent.days);
  return isWitnessed && rate > 1 - passRate && perWeek > cap;
}

function strongestHarmless(rollout: Rollout, failing: readonly AssessedSource[]): number {
  const rungs = rollout.ladder.rungs.slice(0, rollout.rung ?? 0);
  const at = rungs.findLastIndex((rung) =>
    failing.every((source) => !isTouched(rollout.domain, tagsAt(rollout, rung), source)),
  );
  return Math.max(0, at);
}
