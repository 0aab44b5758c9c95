import { canonicalName } from './dns-message.js';
import { LookupError } from './recursive-lookup.js';
import type { RecursiveLookup } from './recursive-lookup.js';

export interface NameServer {
  readonly name: string;
  /** IPv4 and IPv6. Empty: it has none, and can't be asked. */
  readonly addresses: readonly string[];
}

export interface Authority {
  readonly zone: string;
  readonly nameServers: readonly NameServer[];
}

/** A zone with more is hostile or broken; the DNS itself does with 13. */
const MOST_NAME_SERVERS = 24;

/**
 * The zone that holds a name, and all addresses of all its name servers, as recursive resolvers see them.
 * Throws LookupError when any part of it can't be found out: a server left out would pass for verified.
 */
export async function findAuthority(
  name: string,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<Authority> {
  const zone = await findZoneCut(canonicalName(name), lookup, signal);
  const records = await lookup.records({ name: zone, type: 'NS' }, signal);
  const names = [...new Set(records.flatMap((record) => (record.type === 'NS' ? [record.value] : [])))];
  if (names.length === 0) throw new LookupError(`${zone} names no name server`, 'ENODATA');
  if (names.length > MOST_NAME_SERVERS)
    throw new LookupError(`${zone} names too many name servers`, 'EBADRESP');
  const nameServers = await Promise.all(
    names
      .toSorted()
      .map(async (server) => ({ name: server, addresses: await addressesOf(server, lookup, signal) })),
  );
  return { zone, nameServers };
}

/** Goes up from the name until a SOA answers for it; a negative answer names the zone at once (RFC 2308 3). */
async function findZoneCut(name: string, lookup: RecursiveLookup, signal?: AbortSignal): Promise<string> {
  for (let candidate = name; candidate !== ''; candidate = parentOf(candidate)) {
    const reply = await lookup.ask({ name: candidate, type: 'SOA' }, signal);
    const isApex = reply.answers.some((record) => record.type === 'SOA' && record.name === candidate);
    if (isApex) return candidate;
    // Behind an alias the negative answer is about the target's zone.
    const isAlias = reply.answers.some((record) => record.type === 'CNAME');
    const above = isAlias ? undefined : reply.authorities.find((record) => record.type === 'SOA');
    if (above !== undefined && above.name !== '' && candidate.endsWith(`.${above.name}`)) return above.name;
  }
  throw new LookupError(`no zone holds ${name}`, 'ENODATA');
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

async function addressesOf(
  server: string,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const [v4, v6] = await Promise.all([
    lookup.records({ name: server, type: 'A' }, signal),
    lookup.records({ name: server, type: 'AAAA' }, signal),
  ]);
  return [...v4, ...v6].flatMap((record) => ('value' in record ? [record.value] : []));
}
