import type { AssessedSource } from '../core/evidence/assessment.js';
import type { SourceId } from '../core/source/source.js';
import type { AddressFacts, NetworkFacts } from '../ports/address-facts.js';

/** A source with what is known about its network: for people who wonder whose it is, and for nothing else. */
export interface SourceView extends AssessedSource, NetworkFacts {}

const UNKNOWN: NetworkFacts = { names: [], claimedNames: [], asn: null, asName: null };

/** The sources, those that are networks with names and autonomous system as far as they were learned. */
export async function sourceViews(
  sources: readonly AssessedSource[],
  facts: Pick<AddressFacts, 'inNetworks'>,
): Promise<readonly SourceView[]> {
  const known = await facts.inNetworks(sources.flatMap(({ id }) => networkOfSource(id) ?? []));
  return sources.map((source) => ({
    ...source,
    ...(known.get(networkOfSource(source.id) ?? '') ?? UNKNOWN),
  }));
}

/** The network in `host:192.0.2.0/24` and `net:2001:db8::/48@shop.example.com`; null for `domain:sendgrid.net`. */
function networkOfSource(id: SourceId): string | null {
  return /^(?:host|net):([^@]+)/.exec(id)?.[1] ?? null;
}
