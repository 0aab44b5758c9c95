import type { DnsRecord, DnsReply } from './dns-message.js';
import { queryDns } from './dns-query.js';
import { addressesOf, nameServersOf } from './find-addresses.js';
import { findZoneAbove } from './find-zone.js';
import { LookupError } from './recursive-lookup.js';
import type { RecursiveLookup } from './recursive-lookup.js';

/** How servers are asked themselves. */
export interface DirectOptions {
  /** Where name servers listen; 53 but in labs. */
  readonly port: number;
  /** Milliseconds for each try. */
  readonly timeoutMs: number;
}

/** Whom the zone above names for a zone. */
export interface Referral {
  readonly nameServers: readonly string[];
  /** Addresses that it gives along, by name server. */
  readonly glue: ReadonlyMap<string, readonly string[]>;
}

/** One server of the zone above tells it; further ones are asked when it doesn't. */
const MOST_SERVERS = 4;

/**
 * Asks the servers of the zone above whom they delegate a zone to: what resolvers all over the world start from, and
 * what no resolver tells. Throws LookupError when none of them says.
 */
export async function findReferral(
  zone: string,
  lookup: RecursiveLookup,
  options: DirectOptions,
  signal?: AbortSignal,
): Promise<Referral> {
  const above = await findZoneAbove(zone, lookup, signal);
  const servers = await nameServersOf(above, lookup, signal);
  const failures: string[] = [];
  for (const server of servers.slice(0, MOST_SERVERS)) {
    const told = await askServer(server, { zone, lookup, options, signal });
    if (typeof told !== 'string') return told;
    failures.push(told);
  }
  const [first = 'it has no server'] = failures;
  throw new LookupError(`the zone above ${zone} does not say who serves it: ${first}`, 'ENODATA');
}

interface Asked {
  readonly zone: string;
  readonly lookup: RecursiveLookup;
  readonly options: DirectOptions;
  readonly signal: AbortSignal | undefined;
}

/** A text: why it gave no referral. */
async function askServer(
  server: string,
  { zone, lookup, options, signal }: Asked,
): Promise<Referral | string> {
  try {
    const [host] = await addressesOf(server, lookup, signal);
    if (host === undefined) return `${server} has no address`;
    const { port, timeoutMs } = options;
    const question = { name: zone, type: 'NS' } as const;
    const asked = { timeoutMs, tries: 1, recursionDesired: false, signal };
    const reply = await queryDns(question, { host, port }, asked);
    return readReferral(reply, zone) ?? `${server} gives no referral`;
  } catch (error) {
    signal?.throwIfAborted();
    return `${server}: ${error instanceof Error ? error.message : 'no answer'}`;
  }
}

/** A server of the zone above that serves the zone too answers with the zone's own set (RFC 1034 4.3.2). */
function readReferral(reply: DnsReply, zone: string): Referral | null {
  if (reply.rcode !== 'NOERROR') return null;
  const records = reply.isAuthoritative ? reply.answers : [...reply.answers, ...reply.authorities];
  const nameServers = records.flatMap((record) =>
    record.type === 'NS' && record.name === zone ? [record.value] : [],
  );
  if (nameServers.length === 0) return null;
  const glue = nameServers.map((name) => [name, glueOf(name, reply.additionals)] as const);
  return { nameServers, glue: new Map(glue) };
}

function glueOf(name: string, additionals: readonly DnsRecord[]): readonly string[] {
  return additionals.flatMap((record) =>
    (record.type === 'A' || record.type === 'AAAA') && record.name === name ? [record.value] : [],
  );
}
