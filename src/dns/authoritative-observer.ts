import { setMaxListeners } from 'node:events';
import type { Observation } from '../core/rollout/observation.js';
import { RecordObserver } from '../ports/record-observer.js';
import type { ObservedEverywhere, ServerView } from '../ports/record-observer.js';
import { readDmarcAnswer } from './dmarc-answer.js';
import { canonicalName } from './dns-message.js';
import { DnsQueryError, queryDns } from './dns-query.js';
import { formatEndpoint, parseEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { findAuthority } from './find-authority.js';
import { joinViews } from './join-views.js';
import { LookupError, RecursiveLookup } from './recursive-lookup.js';
import type { RecursiveOptions } from './recursive-lookup.js';

/** The servers of a zone, told instead of looked up: for split horizon, labs and the sandbox. */
export interface ToldAuthority {
  readonly zone: string;
  /** `host:port`. */
  readonly servers: readonly string[];
}

export interface AuthoritativeOptions extends RecursiveOptions {
  /** The longest zone that holds the name counts. */
  readonly authorities: readonly ToldAuthority[];
  /** Where name servers that were looked up listen; 53 but in labs. */
  readonly port: number;
}

interface Target {
  readonly label: string;
  /** The name server that the address belongs to. */
  readonly nameServer: string;
  /** Null: it has no address. */
  readonly endpoint: Endpoint | null;
}

interface TargetView extends ServerView {
  readonly target: Target;
  readonly hasNoRoute: boolean;
}

/** This machine can't reach the address family at all: says nothing about the server. */
const NO_ROUTE = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

/** Asks every address of every name server of the zone, without recursion, so that no cache answers. */
export class AuthoritativeObserver extends RecordObserver {
  private readonly lookup: RecursiveLookup;
  private readonly told: readonly { readonly zone: string; readonly endpoints: readonly Endpoint[] }[];

  constructor(private readonly options: AuthoritativeOptions) {
    super();
    this.lookup = new RecursiveLookup(options);
    this.told = options.authorities
      .map(({ zone, servers }) => ({
        zone: canonicalName(zone),
        endpoints: servers.map((text) => parseEndpoint(text)),
      }))
      .toSorted((one, other) => other.zone.length - one.zone.length);
  }

  /** Look-ups that fail are `unknown` with their reason; throws only the reason of an aborted signal. */
  async observe(domain: string, signal: AbortSignal): Promise<ObservedEverywhere> {
    setMaxListeners(0, signal); // one listener for each server asked
    const name = canonicalName(`_dmarc.${domain}`);
    const targets = await this.targets(name, signal);
    if (!Array.isArray(targets)) return { observation: targets, servers: [] };
    const views = await Promise.all(targets.map((target) => this.view(name, target, signal)));
    return {
      observation: joinViews(views.filter((view) => !isElsewhereReached(view, views))),
      servers: views.map(({ server, observation }) => ({ server, observation })),
    };
  }

  private async targets(name: string, signal: AbortSignal): Promise<Target[] | Observation> {
    const told = this.told.find(({ zone }) => name === zone || name.endsWith(`.${zone}`));
    if (told !== undefined) {
      return told.endpoints.map((endpoint) => {
        const label = formatEndpoint(endpoint);
        return { label, nameServer: label, endpoint };
      });
    }
    try {
      const authority = await findAuthority(name, this.lookup, signal);
      return authority.nameServers.flatMap((server) => this.targetsOf(server.name, server.addresses));
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      return { kind: 'unknown', reason: error.message };
    }
  }

  private targetsOf(nameServer: string, addresses: readonly string[]): Target[] {
    if (addresses.length === 0) return [{ label: `${nameServer} (no address)`, nameServer, endpoint: null }];
    return addresses.map((host) => ({
      label: `${nameServer} (${host})`,
      nameServer,
      endpoint: { host, port: this.options.port },
    }));
  }

  private async view(name: string, target: Target, signal: AbortSignal): Promise<TargetView> {
    const seen = (observation: Observation, hasNoRoute = false): TargetView => ({
      server: target.label,
      observation,
      target,
      hasNoRoute,
    });
    if (target.endpoint === null) return seen({ kind: 'unknown', reason: 'the name server has no address' });
    try {
      const { timeoutMs, tries } = this.options;
      const reply = await queryDns({ name, type: 'TXT' }, target.endpoint, {
        timeoutMs,
        tries,
        recursionDesired: false,
        signal,
      });
      return seen(readDmarcAnswer(reply, name));
    } catch (error) {
      if (error instanceof RangeError) return seen({ kind: 'unknown', reason: error.message });
      if (!(error instanceof DnsQueryError)) throw error;
      return seen({ kind: 'unknown', reason: error.message }, NO_ROUTE.has(error.code));
    }
  }
}

/** An IPv6 address seen from a host without IPv6 is no silent server, as long as the same server answered over IPv4. */
function isElsewhereReached(view: TargetView, views: readonly TargetView[]): boolean {
  if (!view.hasNoRoute) return false;
  return views.some((other) => !other.hasNoRoute && other.target.nameServer === view.target.nameServer);
}
