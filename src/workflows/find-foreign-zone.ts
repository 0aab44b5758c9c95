import type { Served } from '../core/rollout/refuse-write.js';
import type { Zone } from '../ports/dns-provider.js';
import type { ObservedEverywhere, RecordObserver } from '../ports/record-observer.js';

const LOOK_UP_MS = 10_000;

/**
 * Whether the provider's zone is another one than that which the domain is delegated to: no name server in common, by
 * name or by address (the same server often goes by a name of the customer's). Null: it is the same, or it can't be
 * told, as with a provider that doesn't say, or behind a hidden primary.
 */
export async function findForeignZone(
  zone: Zone,
  name: string,
  seen: ObservedEverywhere,
  observer: RecordObserver,
): Promise<Served['foreign']> {
  const servers = seen.servers.filter((server) => server.name === name);
  const delegated = [...new Set(servers.flatMap(({ nameServer }) => nameServer ?? []))];
  const provider = (zone.nameServers ?? []).map((host) => host.toLowerCase().replace(/\.$/, ''));
  if (provider.length === 0 || delegated.length === 0) return null;
  if (provider.some((host) => delegated.includes(host))) return null;
  const addresses = await observer.addressesOf(provider, AbortSignal.timeout(LOOK_UP_MS));
  const isShared = servers.some(({ address }) => address !== null && addresses.includes(address));
  return isShared ? null : { provider, delegated };
}
