import type { AssessedSource } from '../evidence/assessment.js';
import type { PolicyTags } from '../record/policy.js';

/** Legitimate messages a week that a policy would junk or refuse, worst-case reading, by whose they are. */
export interface ExpectedHarm {
  readonly authorized: number;
  readonly forwarder: number;
  /** Of sources that look like real senders and nobody has settled yet. */
  readonly unknown: number;
}

/**
 * The one harm function of gate, step back and display. Worst case: `pct` and `t` soften nothing, since some receivers
 * ignore either, so each rung above `none` is read as its full policy. A source that only uses subdomains is measured
 * by `sp` where the record has one (RFC 9989 4.7).
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

/** Whether a policy asks for anything to be done with a source's failing mail. */
export function isTouched(domain: string, tags: PolicyTags, source: AssessedSource): boolean {
  const usesSubdomainsOnly = source.headerFrom.every((it) => it !== domain);
  const policy = usesSubdomainsOnly ? (tags.sp ?? tags.p) : tags.p;
  return policy !== 'none';
}

/** Messages a week that a rung may hurt: the larger of the two caps. */
export function harmCap(
  settings: { readonly harmCap: number; readonly harmShare: number },
  legitimatePerWeek: number,
): number {
  return Math.max(settings.harmCap, settings.harmShare * legitimatePerWeek);
}
