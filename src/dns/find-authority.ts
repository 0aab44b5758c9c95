import { canonicalName } from './dns-message.js';
import { addressesOf, nameServersOf } from './find-addresses.js';
import { findReferral } from './find-referral.js';
import type { DirectOptions, Referral } from './find-referral.js';
import { findZone } from './find-zone.js';
import { LookupError } from './recursive-lookup.js';
import type { RecursiveLookup } from './recursive-lookup.js';

export interface NameServer {
  readonly name: string;
  /** IPv4 and IPv6, those that the zone above gives along among them. Empty: it has none, and can't be asked. */
  readonly addresses: readonly string[];
  /** The zone above, the zone itself, or both: they should be one, and often aren't. */
  readonly namedBy: 'parent' | 'child' | 'both';
}

export interface Authority {
  readonly zone: string;
  readonly nameServers: readonly NameServer[];
}

/** A zone with more is hostile or broken; the DNS itself does with 13. */
const MOST_NAME_SERVERS = 24;
/** Each is asked several questions. */
const MOST_ADDRESSES = 64;

/**
 * The zone that holds a name, and all addresses of all name servers that the zone above or the zone itself names.
 * Throws LookupError when any part of it can't be found out: a server left out would pass for verified.
 */
export async function findAuthority(
  name: string,
  lookup: RecursiveLookup,
  options: DirectOptions,
  signal?: AbortSignal,
): Promise<Authority> {
  const zone = await findZone(canonicalName(name), lookup, signal);
  const [child, parent] = await Promise.all([
    nameServersOf(zone, lookup, signal),
    findReferral(zone, lookup, options, signal),
  ]);
  const names = [...new Set([...child, ...parent.nameServers])].toSorted();
  if (names.length > MOST_NAME_SERVERS)
    throw new LookupError(`${zone} names too many name servers`, 'EBADRESP');
  const nameServers = await Promise.all(
    names.map(async (server) => ({
      name: server,
      addresses: await allAddresses(server, parent, lookup, signal),
      namedBy: whoNames(server, child, parent.nameServers),
    })),
  );
  const addresses = nameServers.reduce((sum, server) => sum + server.addresses.length, 0);
  if (addresses > MOST_ADDRESSES)
    throw new LookupError(`the name servers of ${zone} have too many addresses`, 'EBADRESP');
  return { zone, nameServers };
}

function whoNames(
  server: string,
  child: readonly string[],
  parent: readonly string[],
): NameServer['namedBy'] {
  if (!parent.includes(server)) return 'child';
  return child.includes(server) ? 'both' : 'parent';
}

/** What resolvers may use: the addresses of the name, and the glue, which may be of another day. */
async function allAddresses(
  server: string,
  parent: Referral,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const glue = parent.glue.get(server) ?? [];
  return [...new Set([...(await addressesOf(server, lookup, signal)), ...glue])];
}
