import { strictness } from './policy.js';
import type { Policy, PolicyTags } from './policy.js';

/** How a Mail Receiver reads a record. The last kind exists (Exim): it applies the full policy whatever `pct` and `t` say. */
export type ReceiverKind = 'rfc7489' | 'rfc9989' | 'ignores-pct-and-t';

/** Whose mail fails: the record's own domain, a subdomain, or a subdomain that doesn't exist in DNS. */
export type PolicyScope = 'domain' | 'subdomain' | 'non-existent-subdomain';

/** Shares of the failing mail, 0 to 1, that a receiver is asked to treat so; together 1. */
export interface EffectivePolicy {
  readonly none: number;
  readonly quarantine: number;
  readonly reject: number;
}

/** What a record asks of one kind of receiver for failing mail. */
export function effectivePolicy(
  tags: PolicyTags,
  receiver: ReceiverKind,
  scope: PolicyScope = 'domain',
): EffectivePolicy {
  return ASKED[receiver](tags, policyOfScope(tags, receiver, scope));
}

type Reading = (tags: PolicyTags, policy: Policy) => EffectivePolicy;

const ASKED: Readonly<Record<ReceiverKind, Reading>> = {
  // RFC 7489 6.6.4: what is sampled out of reject is quarantined, what is sampled out of quarantine is let through.
  rfc7489: (tags, policy) => mix(policy, (tags.pct ?? 100) / 100, oneLevelLower(policy)),
  // RFC 9989 4.7 "t": one level below the stated one, for p, sp and np alike; `pct` is an unknown tag.
  rfc9989: (tags, policy) => mix(tags.t === 'y' ? oneLevelLower(policy) : policy, 1, 'none'),
  'ignores-pct-and-t': (_tags, policy) => mix(policy, 1, 'none'),
};

/**
 * The strictest that a receiver may do which follows RFC 7489 or RFC 9989. The two never cross: one asks for the stated
 * level or the one below, the other for a mixture of both. Receivers that ignore `pct` and `t` alike aren't bounded here.
 */
export function worstCase(tags: PolicyTags, scope: PolicyScope = 'domain'): EffectivePolicy {
  const old = effectivePolicy(tags, 'rfc7489', scope);
  const current = effectivePolicy(tags, 'rfc9989', scope);
  return severity(old) >= severity(current) ? old : current;
}

/** 0 (all let through) to 2 (all refused): the mean level asked for. Orders what one record asks of different receivers. */
export function severity(policy: EffectivePolicy): number {
  return policy.quarantine + 2 * policy.reject;
}

function policyOfScope(tags: PolicyTags, receiver: ReceiverKind, scope: PolicyScope): Policy {
  if (scope === 'domain') return tags.p;
  // RFC 9989 4.7 "np" falls back to sp, then p; a receiver of the old kind doesn't know the tag.
  const np = scope === 'non-existent-subdomain' && receiver === 'rfc9989' ? tags.np : undefined;
  return np ?? tags.sp ?? tags.p;
}

function oneLevelLower(policy: Policy): Policy {
  return strictness(policy) === 2 ? 'quarantine' : 'none';
}

function mix(policy: Policy, share: number, rest: Policy): EffectivePolicy {
  const shares = { none: 0, quarantine: 0, reject: 0 };
  shares[policy] += share;
  shares[rest] += 1 - share;
  return shares;
}
