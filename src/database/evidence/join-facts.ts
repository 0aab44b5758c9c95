import type { NetworkFacts } from '../../ports/address-facts.js';

/** What is known about one address of a network. */
export interface FactRow extends NetworkFacts {
  readonly network: string;
}

const MOST_NAMES = 5;

/** What is known about each network, from its addresses; networks about which there is nothing to say are left out. */
export function joinFacts(rows: readonly FactRow[]): ReadonlyMap<string, NetworkFacts> {
  const byNetwork = new Map<string, FactRow[]>();
  for (const row of rows) {
    const known = byNetwork.get(row.network);
    if (known === undefined) byNetwork.set(row.network, [row]);
    else known.push(row);
  }
  const joined = [...byNetwork].map(([network, facts]) => [network, joinNetwork(facts)] as const);
  return new Map(joined.filter(([, facts]) => isTelling(facts)));
}

function joinNetwork(facts: readonly FactRow[]): NetworkFacts {
  const names = mostFrequent(facts.flatMap((fact) => fact.names));
  const claimed = mostFrequent(facts.flatMap((fact) => fact.claimedNames)).filter(
    (name) => !names.includes(name),
  );
  const [asn = null] = mostFrequent(facts.flatMap((fact) => fact.asn ?? []));
  return {
    names: names.slice(0, MOST_NAMES),
    claimedNames: claimed.slice(0, MOST_NAMES),
    asn,
    asName: facts.find((fact) => fact.asn === asn && fact.asName !== null)?.asName ?? null,
  };
}

function isTelling({ names, claimedNames, asn }: NetworkFacts): boolean {
  return names.length > 0 || claimedNames.length > 0 || asn !== null;
}

/** Each once, the most frequent first, else as they came. */
function mostFrequent<T>(items: readonly T[]): readonly T[] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([item]) => item);
}
