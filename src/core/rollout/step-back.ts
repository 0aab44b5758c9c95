import type { AssessedSource, Assessment } from '../evidence/assessment.js';
import { expectedHarm, harmCap, isTouched } from './expected-harm.js';
import { explicitSp, ownTags, spFor, standingTags, tagsAt, weaker } from './footing.js';
import type { Footing } from './footing.js';
import { exposed } from './in-flight.js';
import { currentRung } from './rungs.js';
import type { Rollout } from './rollout.js';
import { wilsonLower } from '../evidence/wilson.js';

export interface StepBack {
  readonly to: Footing;
  readonly why: string;
  readonly sources: readonly AssessedSource[];
}

/**
 * Whether legitimate mail has begun to fail at this rung, or at the one that is on its way, and the strongest footing where it does no harm. A source
 * counts when its recent failing is beyond the cap with confidence and more than one reporter saw it, or one that sees
 * most of it. A new source counts once it looks like a real sender, on its second day. A subdomain's mail takes back
 * `sp` alone.
 */
export function stepBack(stored: Rollout, assessment: Assessment): StepBack | null {
  const rollout = exposed(stored);
  if (rollout.rung === null) return null;
  const cap = harmCap(rollout.settings, assessment.legitimatePerWeek);
  const tags = standingTags(rollout);
  const failing = assessment.sources
    .filter((it) => isTouched(rollout.domain, tags, it) && hasStartedToFail(it, rollout.settings.passRate))
    .map((it) => ({ ...it, failingPerWeek: recentPerWeek(it) }))
    .filter((it) => it.failingPerWeek > cap);
  if (failing.length === 0) return null;
  const names = failing.map((it) => it.name).join(', ');
  return {
    to: strongestHarmless(rollout, failing, cap),
    sources: failing,
    why: `legitimate mail has begun to fail: ${names}`,
  };
}

function hasStartedToFail(source: AssessedSource, passRate: number): boolean {
  const { recent } = source;
  if (source.class === 'hostile' || source.class === 'forwarder' || recent.failing === 0) return false;
  if (source.class === 'unknown' && recent.days < 2) return false;
  const isWitnessed =
    recent.failingReporters > 1 || (source.class === 'authorized' && recent.reporterShare > 0.5);
  return isWitnessed && wilsonLower(recent.failing, recent.messages) > 1 - passRate;
}

/** Messages a week that fail for certain, by the last few days. */
function recentPerWeek({ recent }: AssessedSource): number {
  return (wilsonLower(recent.failing, recent.messages) * recent.messages * 7) / Math.max(1, recent.days);
}

/** From where the domain stands downwards: subdomains give way before the domain itself does. */
function strongestHarmless(rollout: Rollout, failing: readonly AssessedSource[], cap: number): Footing {
  const { domain, ladder } = rollout;
  const sp = explicitSp(rollout);
  for (let index = rollout.rung ?? 0; index >= 0; index -= 1) {
    const rung = ladder.rungs[index] ?? currentRung(rollout);
    const { p } = rung.tags;
    const footings = [sp === null ? null : weaker(sp, p), spFor(rollout, p, 'none')];
    for (const candidate of footings) {
      const harm = expectedHarm(domain, tagsAt(rollout, rung, candidate), failing);
      if (harm.authorized + harm.unknown <= cap) return { rung: index, sp: candidate };
    }
  }
  return { rung: 0, sp: sp === null && ownTags(rollout)?.np === undefined ? null : 'none' };
}
