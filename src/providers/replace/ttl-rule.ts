import type { TtlRule } from '../../ports/provider-descriptor.js';

/** The TTL that a provider will keep for one that is wanted: the nearest it takes, upwards where it has a choice. Seconds. */
export function nearestTtl(wanted: number, { least, most, only }: TtlRule): number {
  const bounded = Math.min(Math.max(wanted, least), most);
  if (only === null) return bounded;
  const sorted = only.toSorted((one, other) => one - other);
  return sorted.find((ttl) => ttl >= bounded) ?? sorted.at(-1) ?? bounded;
}
