import type { DnsAnswer } from '../dns-answers.js';
import type { Evaluation } from './evaluation.js';
import { isInNetwork, readIp } from './ip-network.js';
import { MOST_LOOKUPS, MOST_NAMES, MOST_VOID_LOOKUPS } from './look-up-budget.js';
import type { MacroString } from './macro-string.js';
import { queryName } from './query-name.js';
import type { Mechanism, PrefixLengths } from './spf-record.js';

/** Whether a mechanism matched; an error ends the whole evaluation. */
export type Match =
  | { readonly kind: 'match' }
  | { readonly kind: 'no-match' }
  | { readonly kind: 'error'; readonly result: 'temperror' | 'permerror'; readonly reason: string };

export const TOO_MANY_LOOKUPS = {
  kind: 'error',
  result: 'permerror',
  reason: `more than ${MOST_LOOKUPS} terms need look-ups`,
} as const satisfies Match;

const MATCH = { kind: 'match' } as const satisfies Match;
const NO_MATCH = { kind: 'no-match' } as const satisfies Match;

/** All mechanisms but `include`, which evaluates another record. */
export type SimpleMechanism = Exclude<Mechanism, { readonly kind: 'include' }>;

/** Whether a mechanism of the domain's record matches the client (RFC 7208 5). Asks at most 11 questions beside `%{p}`'s. */
export async function matchMechanism(
  mechanism: SimpleMechanism,
  domain: string,
  evaluation: Evaluation,
): Promise<Match> {
  switch (mechanism.kind) {
    case 'all':
      return MATCH;
    case 'ip4':
    case 'ip6':
      return isInNetwork(evaluation.message.client, mechanism.network) ? MATCH : NO_MATCH;
    case 'a':
      return withName(mechanism.target, domain, evaluation, (name) =>
        matchA(name, mechanism.prefixes, evaluation),
      );
    case 'mx':
      return withName(mechanism.target, domain, evaluation, (name) =>
        matchMx(name, mechanism.prefixes, evaluation),
      );
    case 'exists':
      return withName(mechanism.target, domain, evaluation, (name) => matchExists(name, evaluation));
    case 'ptr':
      return withName(mechanism.target, domain, evaluation, (name) => matchPtr(name, evaluation));
  }
}

async function withName(
  target: MacroString | null,
  domain: string,
  evaluation: Evaluation,
  match: (name: string) => Promise<Match>,
): Promise<Match> {
  if (!evaluation.budget.takeLookup()) return TOO_MANY_LOOKUPS;
  const name = await evaluation.targetName(target, domain);
  // RFC 7208 4.8: a name that can't be is one that isn't there.
  return name === null ? NO_MATCH : match(name);
}

async function matchA(name: string, prefixes: PrefixLengths, evaluation: Evaluation): Promise<Match> {
  const answer = await askAddresses(name, evaluation);
  return answer.kind === 'found'
    ? among(answer.records, prefixes, evaluation)
    : empty(name, answer, evaluation);
}

async function matchMx(name: string, prefixes: PrefixLengths, evaluation: Evaluation): Promise<Match> {
  const answer = await evaluation.dns.mx(name);
  if (answer.kind !== 'found') return empty(name, answer, evaluation);
  if (answer.records.length > MOST_NAMES) {
    return { kind: 'error', result: 'permerror', reason: `${name} has more than ${MOST_NAMES} MX hosts` };
  }
  const hosts = answer.records.flatMap(({ exchange }) => queryName(exchange) ?? []);
  for (const host of hosts) {
    const addresses = await askAddresses(host, evaluation);
    if (addresses.kind === 'unknown') return unanswered(host, addresses.reason);
    if (addresses.kind === 'none') continue;
    const match = among(addresses.records, prefixes, evaluation);
    if (match.kind === 'match') return match;
  }
  return NO_MATCH;
}

/** RFC 7208 5.7: an IPv4 address is asked for, whatever the client's is. */
async function matchExists(name: string, evaluation: Evaluation): Promise<Match> {
  const answer = await evaluation.dns.a(name);
  return answer.kind === 'found' ? MATCH : empty(name, answer, evaluation);
}

async function matchPtr(name: string, evaluation: Evaluation): Promise<Match> {
  const answer = await evaluation.reverse.answer();
  // RFC 7208 5.5: when the reverse zone can't be asked, nothing matches.
  if (answer.kind === 'unknown') return NO_MATCH;
  if (answer.kind === 'none') return empty(evaluation.message.client.text, answer, evaluation);
  return (await evaluation.reverse.within(name)) === null ? NO_MATCH : MATCH;
}

function askAddresses(name: string, { message, dns }: Evaluation): Promise<DnsAnswer<string>> {
  return message.client.family === 4 ? dns.a(name) : dns.aaaa(name);
}

function among(addresses: readonly string[], prefixes: PrefixLengths, { message }: Evaluation): Match {
  const { client } = message;
  const prefix = client.family === 4 ? prefixes.ip4 : prefixes.ip6;
  const isAmong = addresses.some((text) => {
    const address = readIp(text);
    return (
      address?.family === client.family &&
      isInNetwork(client, { family: address.family, address: address.value, prefix })
    );
  });
  return isAmong ? MATCH : NO_MATCH;
}

function empty(
  name: string,
  answer: Exclude<DnsAnswer<unknown>, { readonly kind: 'found' }>,
  evaluation: Evaluation,
): Match {
  if (answer.kind === 'unknown') return unanswered(name, answer.reason);
  if (evaluation.budget.takeVoid()) return NO_MATCH;
  return {
    kind: 'error',
    result: 'permerror',
    reason: `more than ${MOST_VOID_LOOKUPS} look-ups found nothing, the last for ${name}`,
  };
}

function unanswered(name: string, reason: string): Match {
  return { kind: 'error', result: 'temperror', reason: `${name} could not be looked up: ${reason}` };
}
