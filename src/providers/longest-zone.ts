import { DnsProviderError } from '../ports/dns-provider.js';
import type { Zone } from '../ports/dns-provider.js';
import { isInZone } from './dmarc-name.js';

function notFound(): DnsProviderError {
  return new DnsProviderError('the account holds no zone for the name', { kind: 'zone-not-found' });
}

/**
 * The longest zone that holds a name, asked for one by one from the name itself upwards (never from a list of public
 * suffixes: what the account holds is what counts). Throws `zone-not-found`.
 */
export async function longestZone(
  name: string,
  zoneNamed: (zone: string) => Promise<Zone | null>,
): Promise<Zone> {
  const labels = name.split('.');
  for (let from = 0; from < labels.length; from += 1) {
    const zone = await zoneNamed(labels.slice(from).join('.'));
    if (zone !== null) return zone;
  }
  throw notFound();
}

/** The same out of the account's whole list. Two zones of that very name are `unsupported`: which one is served is not known. */
export function longestZoneOf(name: string, zones: readonly Zone[]): Zone {
  const holding = zones.filter((zone) => isInZone(name, zone.name));
  const [longest, next] = holding.toSorted((one, other) => other.name.length - one.name.length);
  if (longest === undefined) throw notFound();
  if (next?.name !== longest.name) return longest;
  throw new DnsProviderError(`the account holds two zones named ${longest.name}; name the right one`, {
    kind: 'unsupported',
  });
}

/** A zone of which only the name is known, by which the provider knows it, too. */
export function zoneOfName(given: string): Zone {
  const name = zoneName(given);
  return { id: name, name, nameServers: null };
}

/** A zone's name as it is compared: small letters, no final dot. */
export function zoneName(given: string): string {
  return given.toLowerCase().replace(/\.$/, '');
}
