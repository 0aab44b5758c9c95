import type { DnsAnswer } from '../dns-answers.js';
import { exchangeNames } from './gather-hosts.js';
import type { HostAddresses, HostFacts } from './gather-hosts.js';
import { staticName } from './gather-records.js';
import { networkText, readIp } from './ip-network.js';
import { MOST_NAMES } from './look-up-budget.js';
import type { MacroString } from './macro-string.js';
import type { PrefixLengths } from './spf-record.js';
import type { SpfTerm } from './spf-tree.js';

/** What a term says beside its text and its place in the sum. */
export type TermFacts = Pick<SpfTerm, 'target' | 'answer' | 'networks' | 'voidFor' | 'below'>;

/** A term that stands for nothing beside itself. */
export function plain(answer: SpfTerm['answer']): TermFacts {
  return { target: null, answer, networks: [], voidFor: [], below: null };
}

/** What an `a` or `mx` term of a domain's record stands for, when the record of `root` is evaluated. */
export function hostTerm(
  mechanism: {
    readonly kind: 'a' | 'mx';
    readonly target: MacroString | null;
    readonly prefixes: PrefixLengths;
  },
  domain: string,
  root: string,
  facts: HostFacts,
): TermFacts {
  const known = staticName(mechanism.target, domain, root);
  if (known.kind === 'depends') return plain('depends');
  if (known.kind === 'impossible') return plain('nothing');
  const target = known.name;
  if (mechanism.kind === 'a') {
    const found = addressFacts([facts.hosts.get(target)], mechanism.prefixes);
    return { ...plain(found.answer), ...found, target };
  }
  const mx = facts.mx.get(target);
  const early = exchangeAnswer(mx);
  if (early !== null) {
    return { ...plain(early), target, voidFor: early === 'nothing' ? [4, 6] : [] };
  }
  const hosts = exchangeNames(mx).map((name) => facts.hosts.get(name));
  const found = addressFacts(hosts, mechanism.prefixes);
  // The look-up that the limit is about is the one for the MX records, and that found some.
  return { ...plain(found.answer), ...found, voidFor: [], target };
}

/** What an `exists` term stands for: all clients when its name is always there, as it is without macros. */
export function existsTerm(target: MacroString, domain: string, root: string, facts: HostFacts): TermFacts {
  const known = staticName(target, domain, root);
  if (known.kind === 'depends') return plain('depends');
  if (known.kind === 'impossible') return plain('nothing');
  const found = facts.hosts.get(known.name)?.ip4;
  const answers = { found: 'known', none: 'nothing', unknown: 'unknown' } as const;
  const answer = found === undefined ? 'not-asked' : answers[found.kind];
  return { ...plain(answer), target: known.name, voidFor: answer === 'nothing' ? [4, 6] : [] };
}

/** What an MX answer says by itself; null: it has hosts to look up. */
function exchangeAnswer(answer: DnsAnswer<unknown> | undefined): SpfTerm['answer'] | null {
  if (answer === undefined) return 'not-asked';
  if (answer.kind === 'none') return 'nothing';
  if (answer.kind === 'unknown') return 'unknown';
  return answer.records.length > MOST_NAMES ? 'too-many-hosts' : null;
}

function addressFacts(
  hosts: readonly (HostAddresses | undefined)[],
  prefixes: PrefixLengths,
): Pick<SpfTerm, 'answer' | 'networks' | 'voidFor'> {
  const asked = hosts.filter((host) => host !== undefined);
  const found = asked.flatMap(({ ip4, ip6 }) => [
    ...networksIn(ip4, 4, prefixes.ip4),
    ...networksIn(ip6, 6, prefixes.ip6),
  ]);
  const networks = [...new Set(found)];
  const voidFor = ([4, 6] as const).filter((family) =>
    asked.every((host) => (family === 4 ? host.ip4 : host.ip6).kind === 'none'),
  );
  if (asked.length < hosts.length) return { answer: 'not-asked', networks, voidFor: [] };
  if (asked.some(isUnknown)) return { answer: 'unknown', networks, voidFor };
  if (asked.some(({ ip6 }) => ip6.kind === 'unknown')) return { answer: 'ip4-known', networks, voidFor };
  return { answer: networks.length > 0 ? 'known' : 'nothing', networks, voidFor };
}

/** Without IPv4 addresses nothing is known of it; many a load balancer fails when it is asked for IPv6 addresses. */
function isUnknown({ ip4, ip6 }: HostAddresses): boolean {
  return ip4.kind === 'unknown' || (ip4.kind === 'none' && ip6.kind === 'unknown');
}

function networksIn(answer: DnsAnswer<string>, family: 4 | 6, prefix: number): readonly string[] {
  if (answer.kind !== 'found') return [];
  return answer.records.flatMap((text) => {
    const address = readIp(text);
    return address?.family === family ? [networkText({ family, address: address.value, prefix })] : [];
  });
}
