import type { AssessedSource } from '../evidence/assessment.js';
import type { Policy, PolicyTags } from '../record/policy.js';
import type { SourceClass } from '../source/source.js';

/** Legitimate messages a week that a policy would junk or refuse, worst-case reading, by whose they are. */
export interface ExpectedHarm {
  readonly authorized: number;
  readonly forwarder: number;
  /** Of sources that look like real senders and nobody has settled yet. */
  readonly unknown: number;
}

/**
 * The one harm function of gate, step back and display. Worst case: `pct` and `t` soften nothing, since some receivers
 * ignore either, so each rung above `none` is read as its full policy. Mail of a subdomain is measured by `sp` where the
 * record has one (RFC 9989 4.7).
 */
export function expectedHarm(
  domain: string,
  tags: PolicyTags,
  sources: readonly AssessedSource[],
): ExpectedHarm {
  const harm = { authorized: 0, forwarder: 0, unknown: 0 };
  for (const source of sources) {
    if (source.class === 'hostile' || !isTouched(domain, tags, source)) continue;
    harm[source.class] += source.failingPerWeek;
  }
  return harm;
}

/**
 * Whether a policy asks for anything to be done with a source's failing mail. Which subdomains exist isn't known: `np` may
 * be theirs, too. It counts for senders that are the domain's own; strangers at names that don't exist are whom it is for.
 */
export function isTouched(domain: string, tags: PolicyTags, source: AssessedSource): boolean {
  if (source.headerFrom === domain) return tags.p !== 'none';
  const isByNp = source.class === 'authorized' && (tags.np ?? 'none') !== 'none';
  return isByNp || (tags.sp ?? tags.p) !== 'none';
}

/** Messages a week that a rung may hurt: the larger of the two caps. */
export function harmCap(
  settings: { readonly harmCap: number; readonly harmShare: number },
  legitimatePerWeek: number,
): number {
  return Math.max(settings.harmCap, settings.harmShare * legitimatePerWeek);
}

/** What a policy would do to one source's mail. */
export interface SourceHarm {
  readonly source: string;
  readonly name: string;
  readonly class: SourceClass;
  readonly headerFrom: string;
  readonly messagesPerWeek: number;
  readonly fix: string | null;
}

/** What a policy, applied in full to the domain and its subdomains, would do to legitimate mail. */
export interface PolicyHarm {
  readonly policy: Policy;
  /** Messages a week, unknown sources included: they may be legitimate. */
  readonly messagesPerWeek: number;
  /** Worst first: what to fix first. */
  readonly sources: readonly SourceHarm[];
}

/** What would happen if the domain went to a policy today, whatever its record says now. */
export function harmOfPolicy(domain: string, policy: Policy, sources: readonly AssessedSource[]): PolicyHarm {
  const harm = expectedHarm(domain, { p: policy }, sources);
  const hurt = sources.filter((it) => it.class !== 'hostile' && it.failingPerWeek > 0 && policy !== 'none');
  return {
    policy,
    messagesPerWeek: harm.authorized + harm.forwarder + harm.unknown,
    sources: hurt.map((it) => ({
      source: it.id,
      name: it.name,
      class: it.class,
      headerFrom: it.headerFrom,
      messagesPerWeek: it.failingPerWeek,
      fix: it.fix,
    })),
  };
}
