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

/** What the record we own says; null: there is none, or it can't be told. */
export function ownTags({ record }: Rollout): PolicyTags | null {
  return record === null ? null : readPolicyTags(record);
}

/** The `sp` of the record we own; null: it has none. */
export function explicitSp(rollout: Rollout): Policy | null {
  return ownTags(rollout)?.sp ?? null;
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

/** The policy tags that the record would have at a rung, with `sp` as the footing says and no stronger `np`. */
export function tagsAt(rollout: Rollout, rung: Rung, sp: Policy | null): PolicyTags {
  return { ...rung.tags, ...subdomainsAt(ownTags(rollout), sp) };
}

/**
 * What a record says of subdomains once they are asked for no more than `sp`; null: as it stands. Which of them exist
 * isn't known: an `np` that asks for more goes down with it (RFC 9989 4.7).
 */
export function subdomainsAt(standing: PolicyTags | null, sp: Policy | null): Pick<PolicyTags, 'sp' | 'np'> {
  const written = sp ?? standing?.sp;
  const np = standing?.np === undefined || sp === null ? standing?.np : weaker(standing.np, sp);
  return { ...(written === undefined ? {} : { sp: written }), ...(np === undefined ? {} : { np }) };
}

/** The tags of the record we own: its rung's, or its own where an adopted record asks for more than the rung. */
export function standingTags(rollout: Rollout): PolicyTags {
  const { tags } = currentRung(rollout);
  const own = ownTags(rollout);
  const isMore = own !== null && strictness(own.p) > strictness(tags.p);
  return { ...(isMore ? own : tags), ...subdomainsAt(own, null) };
}

/** What asks for no more than either: for the same policy the smaller share, and testing where one of them tests. */
export function weakerTags(standing: PolicyTags, rung: PolicyTags): PolicyTags {
  if (standing.p !== rung.p) return strictness(standing.p) < strictness(rung.p) ? standing : rung;
  const { pct } = (standing.pct ?? 100) <= (rung.pct ?? 100) ? standing : rung;
  const t = rung.t ?? standing.t;
  return { p: rung.p, ...(pct === undefined ? {} : { pct }), ...(t === undefined ? {} : { t }) };
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
