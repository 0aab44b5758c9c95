import type { Policy, PolicyTags } from '../record/policy.js';
import { POLICIES, strictness } from '../record/policy.js';
import type { Rollout } from './rollout.js';
import type { Rung } from './ladder.js';
import { currentRung, nextRung } from './rungs.js';
import { readPolicyTags } from '../record/tags.js';

/** Where a record stands, or is to stand: the rung of the domain itself, and the policy of its subdomains. */
export interface Footing {
  readonly rung: number;
  /** The `sp` to write; null: as it is, or none, and `p` applies to subdomains too (RFC 9989 4.7). */
  readonly sp: Policy | null;
}

/** The `sp` of the record we own; null: it has none. */
export function explicitSp(rollout: Rollout): Policy | null {
  const tags = rollout.record === null ? null : readPolicyTags(rollout.record);
  return tags?.sp ?? null;
}

/** The policy that applies to subdomains now. */
export function subdomainPolicy(rollout: Rollout): Policy {
  return explicitSp(rollout) ?? currentRung(rollout).tags.p;
}

/** Whether subdomains are held back: at a weaker policy than the domain itself. */
export function isHeldBack(rollout: Rollout): boolean {
  return strictness(subdomainPolicy(rollout)) < strictness(currentRung(rollout).tags.p);
}

/** Nothing is left to do: the last rung is reached, by the subdomains too. */
export function isComplete(rollout: Rollout): boolean {
  return rollout.rung !== null && nextRung(rollout) === null && !isHeldBack(rollout);
}

/** The policy tags that the record would have at a rung, with `sp` as the footing says and `np` as it stands. */
export function tagsAt(rollout: Rollout, rung: Rung, sp: Policy | null): PolicyTags {
  const standing = rollout.record === null ? null : readPolicyTags(rollout.record);
  const written = sp ?? standing?.sp;
  return {
    ...rung.tags,
    ...(written === undefined ? {} : { sp: written }),
    ...(standing?.np === undefined ? {} : { np: standing.np }),
  };
}

/** The tags of the record we own, as its rung and `sp` say. */
export function standingTags(rollout: Rollout): PolicyTags {
  return tagsAt(rollout, currentRung(rollout), null);
}

/** The `sp` to write so that `wanted` applies to subdomains beside `p`: none is added where `p` says the same. */
export function spFor(rollout: Rollout, p: Policy, wanted: Policy): Policy | null {
  return explicitSp(rollout) === null && wanted === p ? null : wanted;
}

/** One level up, and never above the domain's own. */
export function raised(policy: Policy, limit: Policy): Policy {
  const up = POLICIES[strictness(policy) + 1] ?? policy;
  return weaker(up, limit);
}

export function weaker(a: Policy, b: Policy): Policy {
  return strictness(a) <= strictness(b) ? a : b;
}

export function stronger(a: Policy, b: Policy): Policy {
  return strictness(a) >= strictness(b) ? a : b;
}
