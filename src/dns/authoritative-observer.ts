import { setMaxListeners } from 'node:events';
import type { Observation } from '../core/rollout/observation.js';
import { ownName, type RecordPlace } from '../core/rollout/record-place.js';
import { RecordObserver } from '../ports/record-observer.js';
import type { ObservedEverywhere, ServerView } from '../ports/record-observer.js';
import { asAlias } from './dmarc-answer.js';
import { canonicalName } from './dns-message.js';
import { formatEndpoint, parseEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { addressesOf } from './find-addresses.js';
import { findAuthority, type NameServer } from './find-authority.js';
import { joinViews } from './join-views.js';
import { LookupError, RecursiveLookup } from './recursive-lookup.js';
import type { RecursiveOptions } from './recursive-lookup.js';
import { askResolvers } from './resolver-views.js';
import { askServer, countedViews, type Target, type TargetView } from './server-views.js';

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

/** What all servers of one kind say. */
interface Told {
  readonly observation: Observation;
  readonly servers: readonly ServerView[];
}

/** More names than any zone has name servers are not looked up. */
const MOST_HOSTS = 24;

/**
 * Asks every address of every name server of the zone, without recursion, so that no cache answers; the configured
 * resolvers too, or instead, where a domain says so.
 */
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

  async observe(place: RecordPlace, signal: AbortSignal): Promise<ObservedEverywhere> {
    setMaxListeners(0, signal); // one listener for each server asked
    const name = canonicalName(ownName(place.domain));
    const alias = place.alias === null ? null : canonicalName(place.alias);
    switch (place.verify) {
      case 'authoritative':
        return this.fromServers(name, alias, signal);
      case 'recursive':
        return this.fromResolvers(name, alias, signal);
      case 'both':
        return both(
          await Promise.all([this.fromServers(name, alias, signal), this.fromResolvers(name, alias, signal)]),
        );
    }
  }

  override async addressesOf(hosts: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const found = hosts.slice(0, MOST_HOSTS).map(async (host) => {
      try {
        return await addressesOf(canonicalName(host), this.lookup, signal);
      } catch (error) {
        if (!(error instanceof LookupError)) throw error;
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  }

  private async fromResolvers(name: string, alias: string | null, signal: AbortSignal): Promise<Told> {
    const servers = await askResolvers(this.lookup, { name, alias }, signal);
    return { observation: joinViews(servers), servers };
  }

  /** The alias must stand on all servers of its zone, and the record on all of the zone that it leads to. */
  private async fromServers(name: string, alias: string | null, signal: AbortSignal): Promise<Told> {
    if (alias === null) return this.fromZoneOf(name, signal);
    const [own, target] = await Promise.all([this.fromZoneOf(name, signal), this.fromZoneOf(alias, signal)]);
    const servers = [...own.servers, ...target.servers];
    const isAlias = own.observation.kind === 'cname' && own.observation.target === alias;
    return { observation: isAlias ? target.observation : asAlias(own.observation, alias), servers };
  }

  private async fromZoneOf(name: string, signal: AbortSignal): Promise<Told> {
    const targets = await this.targets(name, signal);
    if (!Array.isArray(targets)) return { observation: targets, servers: [] };
    const { timeoutMs, tries } = this.options;
    const views: readonly TargetView[] = await Promise.all(
      targets.map((target) => askServer(target, name, { timeoutMs, tries, signal })),
    );
    return { observation: joinViews(countedViews(views)), servers: views.map(({ view }) => view) };
  }

  private async targets(name: string, signal: AbortSignal): Promise<Target[] | Observation> {
    const told = this.told.find(({ zone }) => name === zone || name.endsWith(`.${zone}`));
    if (told !== undefined) {
      return told.endpoints.map((endpoint) => ({
        label: formatEndpoint(endpoint),
        zone: told.zone,
        nameServer: null,
        namedBy: 'settings',
        endpoint,
      }));
    }
    try {
      const { zone, nameServers } = await findAuthority(name, this.lookup, this.options, signal);
      return nameServers.flatMap((server) => this.targetsOf(zone, server));
    } catch (error) {
      if (!(error instanceof LookupError)) throw error;
      return { kind: 'unknown', reason: error.message };
    }
  }

  private targetsOf(zone: string, { name, addresses, namedBy }: NameServer): Target[] {
    const head = { zone, nameServer: name, namedBy };
    if (addresses.length === 0) return [{ ...head, label: `${name} (no address)`, endpoint: null }];
    return addresses.map((host) => ({
      ...head,
      label: `${name} (${host})`,
      endpoint: { host, port: this.options.port },
    }));
  }
}

/** Both kinds must say the same. */
function both([authoritative, recursive]: readonly [Told, Told]): Told {
  const parts = [
    { server: 'authoritative servers', observation: authoritative.observation },
    { server: 'resolvers', observation: recursive.observation },
  ];
  return { observation: joinViews(parts), servers: [...authoritative.servers, ...recursive.servers] };
}
