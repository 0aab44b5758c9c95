import type { DnsAnswer, DnsQuestions, MxRecord } from '../dns-answers.js';
import { staticName } from './gather-records.js';
import { readIp } from './ip-network.js';
import { MOST_NAMES } from './look-up-budget.js';
import { queryName } from './query-name.js';
import type { SelectedRecord } from './select-record.js';
import { reachedTerms } from './spf-record.js';

const MOST_MX_QUESTIONS = 12;
/** Names of which both families' addresses are asked for. */
const MOST_HOSTS = 34;

export interface HostAddresses {
  readonly ip4: DnsAnswer<string>;
  readonly ip6: DnsAnswer<string>;
}

/** What `a`, `mx` and `exists` terms lead to, by name. A name that isn't there was not asked for: there were too many. */
export interface HostFacts {
  readonly mx: ReadonlyMap<string, DnsAnswer<MxRecord>>;
  readonly hosts: ReadonlyMap<string, HostAddresses>;
}

/** Looks up the hosts of all records' `a`, `mx` and `exists` terms, at most 80 questions, the first records' first. */
export async function gatherHosts(
  records: ReadonlyMap<string, SelectedRecord>,
  root: string,
  dns: DnsQuestions,
): Promise<HostFacts> {
  const targets = [...records].flatMap(([domain, selected]) => hostTargets(domain, selected, root));
  const exchangers = firstNames(
    targets.flatMap(({ kind, name }) => (kind === 'mx' ? [name] : [])),
    MOST_MX_QUESTIONS,
  );
  const mx = new Map(await Promise.all(exchangers.map(async (name) => [name, await dns.mx(name)] as const)));
  const names = firstNames(
    targets.flatMap(({ kind, name }) => (kind === 'mx' ? exchangeNames(mx.get(name)) : [name])),
    MOST_HOSTS,
  );
  const hosts = new Map(
    await Promise.all(names.map(async (name) => [name, await addressesOf(name, dns)] as const)),
  );
  return { mx, hosts };
}

/** The hosts of an MX answer that can have addresses; the root of a null MX (RFC 7505) can't. */
export function exchangeNames(answer: DnsAnswer<MxRecord> | undefined): readonly string[] {
  if (answer?.kind !== 'found' || answer.records.length > MOST_NAMES) return [];
  // An address in the place of a name is a slip; nothing stands there.
  return answer.records.flatMap(({ exchange }) =>
    readIp(exchange) === null ? (queryName(exchange) ?? []) : [],
  );
}

function hostTargets(
  domain: string,
  selected: SelectedRecord,
  root: string,
): readonly { readonly kind: 'a' | 'mx' | 'exists'; readonly name: string }[] {
  if (selected.kind !== 'record') return [];
  return reachedTerms(selected.record).directives.flatMap(({ mechanism }) => {
    if (mechanism.kind !== 'a' && mechanism.kind !== 'mx' && mechanism.kind !== 'exists') return [];
    const known = staticName(mechanism.target, domain, root);
    return known.kind === 'name' ? [{ kind: mechanism.kind, name: known.name }] : [];
  });
}

function firstNames(names: readonly string[], most: number): readonly string[] {
  return [...new Set(names)].slice(0, most);
}

async function addressesOf(name: string, dns: DnsQuestions): Promise<HostAddresses> {
  const [ip4, ip6] = await Promise.all([dns.a(name), dns.aaaa(name)]);
  return { ip4, ip6 };
}
