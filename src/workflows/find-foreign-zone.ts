import { recordName } from '../core/rollout/record-place.js';
import type { Served } from '../core/rollout/refuse-write.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { Zone } from '../ports/dns-provider.js';
import type { ObservedEverywhere, RecordObserver } from '../ports/record-observer.js';

const LOOK_UP_MS = 10_000;

/**
 * Asked going up alone: a step back is tried wherever it may be served. Whether the provider's zone is another one than that which the domain is delegated to: no name server in common, by
 * name or by address (the same server often goes by a name of the customer's). Null: it is the same, or it can't be
 * told, as with a provider that doesn't say, or behind a hidden primary.
 */
export async function findForeignZone(
  rollout: Rollout,
  zone: Zone,
  seen: ObservedEverywhere,
  observer: RecordObserver,
): Promise<Served['foreign']> {
  if (rollout.change?.direction !== 'strengthen') return null;
  const name = recordName(rollout);
  const servers = seen.servers.filter((server) => server.name === name);
  const delegated = [...new Set(servers.flatMap(({ nameServer }) => nameServer ?? []))];
  const provider = (zone.nameServers ?? []).map((host) => host.toLowerCase().replace(/\.$/, ''));
  if (provider.length === 0 || delegated.length === 0) return null;
  if (provider.some((host) => delegated.includes(host))) return null;
  const addresses = await addressesOf(observer, provider);
  if (addresses === null) return null;
  const isShared = servers.some(({ address }) => address !== null && addresses.includes(address));
  return isShared ? null : { provider, delegated };
}

/** Null: they could not be found out in time. */
async function addressesOf(
  observer: RecordObserver,
  hosts: readonly string[],
): Promise<readonly string[] | null> {
  const signal = AbortSignal.timeout(LOOK_UP_MS);
  try {
    return await observer.addressesOf(hosts, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return null;
  }
}
