import type { AssessedSource, Assessment } from '../evidence/assessment.js';
import { harmCap, isTouched } from './expected-harm.js';
import { explicitSp, spFor, standingTags, weaker } from './footing.js';
import type { Footing } from './footing.js';
import { currentRung } from './rungs.js';
import type { Rollout } from './rollout.js';
import { wilsonLower } from '../evidence/wilson.js';

export interface StepBack {
  readonly to: Footing;
  readonly why: string;
  readonly sources: readonly AssessedSource[];
}

/**
 * Whether legitimate mail has begun to fail at this rung, and the strongest footing where it does no harm. A source
 * counts when its recent failing is beyond the cap with confidence and more than one reporter saw it, or one that sees
 * most of it. A new source counts once it looks like a real sender, on its second day. A subdomain's mail takes back
 * `sp` alone.
 */
export function stepBack(rollout: Rollout, assessment: Assessment): StepBack | null {
  if (rollout.rung === null) return null;
  const cap = harmCap(rollout.settings, assessment.legitimatePerWeek);
  const tags = standingTags(rollout);
  const failing = assessment.sources.filter(
    (it) => isTouched(rollout.domain, tags, it) && hasStartedToFail(it, cap, rollout.settings.passRate),
  );
  if (failing.length === 0) return null;
  const names = failing.map((it) => it.name).join(', ');
  return {
    to: strongestHarmless(rollout, failing),
    sources: failing,
    why: `legitimate mail has begun to fail: ${names}`,
  };
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

function strongestHarmless(rollout: Rollout, failing: readonly AssessedSource[]): Footing {
  const { domain, ladder } = rollout;
  const isApexHurt = failing.some((it) => it.headerFrom === domain);
  const areSubdomainsHurt = failing.some((it) => it.headerFrom !== domain);
  const below = ladder.rungs.slice(0, rollout.rung ?? 0);
  const rung = isApexHurt
    ? Math.max(
        0,
        below.findLastIndex(({ tags }) => tags.p === 'none'),
      )
    : (rollout.rung ?? 0);
  const { p } = (ladder.rungs[rung] ?? currentRung(rollout)).tags;
  const sp = explicitSp(rollout);
  if (areSubdomainsHurt) return { rung, sp: spFor(rollout, p, 'none') };
  return { rung, sp: sp === null ? null : weaker(sp, p) };
}
