import { LookupError } from './recursive-lookup.js';
import type { RecursiveLookup } from './recursive-lookup.js';

/** IPv4 and IPv6 of a host, IPv4 first; empty: it has none. Throws LookupError when either can't be told. */
export async function addressesOf(
  host: string,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const [v4, v6] = await Promise.all([
    lookup.records({ name: host, type: 'A' }, signal),
    lookup.records({ name: host, type: 'AAAA' }, signal),
  ]);
  return [...v4, ...v6].flatMap((record) => ('value' in record ? [record.value] : []));
}

/** The name servers that a zone itself names, sorted. Throws LookupError. */
export async function nameServersOf(
  zone: string,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const records = await lookup.records({ name: zone, type: 'NS' }, signal);
  const names = new Set(records.flatMap((record) => (record.type === 'NS' ? [record.value] : [])));
  if (names.size === 0) throw new LookupError(`${zone || 'the root'} names no name server`, 'ENODATA');
  return [...names].toSorted();
}
