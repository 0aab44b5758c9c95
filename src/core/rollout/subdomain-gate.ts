import type { Condition } from './verdict.js';
import { closedDaysBy } from './gate-conditions.js';
import type { GateView } from './gate-conditions.js';
import { isHeldBack, raised, stronger, subdomainPolicy } from './footing.js';
import type { Policy } from '../record/policy.js';
import { forwarderBudget, harm, unknownSources, worstSource } from './source-conditions.js';
import type { Rollout } from './rollout.js';

/** What the mail of a domain's subdomains allows. */
export interface Subdomains {
  /** The policy that may apply to them after the next change. */
  readonly policy: Policy;
  /** Why it isn't the domain's own; null: it is, or would be. */
  readonly why: string | null;
  readonly conditions: readonly Condition[];
}

/**
 * `sp` goes up with `p` as long as nothing that subdomains send would be hurt, and stays where it is when something
 * would. What has stayed behind follows a level at a time, each after a soak of its own at the rung that the domain
 * stands on.
 */
export function judgeSubdomains(view: GateView): Subdomains {
  const { assessment, next, rollout } = view;
  const { p } = next.tags;
  const now = subdomainPolicy(rollout);
  const sources = assessment.sources.filter(
    (it) => it.headerFrom !== rollout.domain && it.class !== 'hostile',
  );
  const isBehind = isHeldBack(rollout);
  if (rollout.rung === null || (sources.length === 0 && !isBehind)) {
    return { policy: stronger(now, isBehind ? now : p), why: null, conditions: [] };
  }
  // An owner may have been stricter with subdomains than the ladder is yet.
  const wanted = isBehind ? raised(now, p) : stronger(now, p);
  const mail = { rollout, assessment, sources, tags: { p: wanted }, prefix: 'subdomain-' } as const;
  const conditions = [
    unknownSources(mail),
    worstSource(mail),
    harm(mail),
    forwarderBudget(mail),
    ...(isBehind ? [soakBehind(view, now)] : []),
  ];
  const open = conditions.find((it) => it.satisfied !== true);
  if (open === undefined) return { policy: wanted, why: null, conditions };
  return { policy: now, why: `${open.name}: ${open.actual}`, conditions };
}

/** As long as the ladder stays at that level for the domain itself. */
function soakBehind({ assessment, rollout }: GateView, level: Policy): Condition {
  const days = longestSoak(rollout, level);
  return {
    name: 'subdomain-soak',
    satisfied: assessment.closedDays >= days,
    actual: `${assessment.closedDays} closed days since the last change`,
    required: `${days} closed days`,
    why: 'subdomains that were held back follow a level at a time, each after a soak of its own',
    earliest: closedDaysBy(assessment, days),
  };
}

function longestSoak({ ladder }: Rollout, level: Policy): number {
  return ladder.rungs
    .filter((rung) => rung.tags.p === level)
    .reduce((longest, rung) => Math.max(longest, rung.soakDays), 0);
}
