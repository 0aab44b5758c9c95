import type { Observation } from '../core/rollout/observation.js';
import type { ServerView } from '../ports/record-observer.js';
import { readDmarcAnswer } from './dmarc-answer.js';
import { DnsQueryError, queryDns } from './dns-query.js';
import type { QueryOptions } from './dns-query.js';
import type { Endpoint } from './endpoint.js';

/** An authoritative server at one of its addresses. */
export interface Target {
  readonly label: string;
  readonly zone: string;
  /** Null: the settings tell its address alone. */
  readonly nameServer: string | null;
  readonly namedBy: ServerView['namedBy'];
  /** Null: it has no address. */
  readonly endpoint: Endpoint | null;
}

/** What a server answered, and whether it counts. */
export interface TargetView {
  readonly view: ServerView;
  /** This machine can't reach that family of addresses at all, which says nothing about the server. */
  readonly hasNoRoute: boolean;
}

const NO_ROUTE = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

type Asking = Pick<QueryOptions, 'timeoutMs' | 'tries' | 'signal'>;

/** Asks a server, without recursion, for the TXT at a name and for its copy's serial. Throws an abort's reason. */
export async function askServer(target: Target, name: string, options: Asking): Promise<TargetView> {
  const { endpoint, label, nameServer, namedBy } = target;
  const head = { server: label, kind: 'authoritative', name, nameServer, namedBy } as const;
  if (endpoint === null) {
    const observation = { kind: 'unknown', reason: 'the name server has no address' } as const;
    return { view: { ...head, address: null, serial: null, observation }, hasNoRoute: false };
  }
  const [{ observation, hasNoRoute }, serial] = await Promise.all([
    recordAt(endpoint, name, options),
    serialAt(endpoint, target.zone, options),
  ]);
  return { view: { ...head, address: endpoint.host, serial, observation }, hasNoRoute };
}

/** Those that say something: an IPv6 address seen from a host without IPv6 is no silent server, if it answers over IPv4. */
export function countedViews(views: readonly TargetView[]): readonly ServerView[] {
  const isReached = ({ view }: TargetView): boolean =>
    view.nameServer !== null &&
    views.some((other) => !other.hasNoRoute && other.view.nameServer === view.nameServer);
  return views.filter((it) => !it.hasNoRoute || !isReached(it)).map((it) => it.view);
}

async function recordAt(
  endpoint: Endpoint,
  name: string,
  options: Asking,
): Promise<{ readonly observation: Observation; readonly hasNoRoute: boolean }> {
  try {
    const reply = await queryDns({ name, type: 'TXT' }, endpoint, { ...options, recursionDesired: false });
    return { observation: readDmarcAnswer(reply, name), hasNoRoute: false };
  } catch (error) {
    if (!(error instanceof DnsQueryError) && !(error instanceof RangeError)) throw error;
    const hasNoRoute = error instanceof DnsQueryError && NO_ROUTE.has(error.code);
    return { observation: { kind: 'unknown', reason: error.message }, hasNoRoute };
  }
}

/** Null: it doesn't tell; the record's answer says why. */
async function serialAt(endpoint: Endpoint, zone: string, options: Asking): Promise<number | null> {
  try {
    const question = { name: zone, type: 'SOA' } as const;
    const { answers } = await queryDns(question, endpoint, { ...options, recursionDesired: false });
    const soa = answers.find((record) => record.type === 'SOA' && record.name === zone);
    return soa?.type === 'SOA' ? soa.serial : null;
  } catch (error) {
    if (!(error instanceof DnsQueryError) && !(error instanceof RangeError)) throw error;
    return null;
  }
}
