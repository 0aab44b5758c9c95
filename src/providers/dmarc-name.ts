import { DnsProviderError } from '../ports/dns-provider.js';
import type { TxtSet } from '../ports/dns-provider.js';

/** Seconds, for a record that is new and names none. */
export const DEFAULT_TTL = 3600;

/**
 * The name in small letters without a final dot. The last line of defence: whatever asks for it, an adapter touches
 * `_dmarc` names only. Throws DnsProviderError `unsupported`.
 */
export function requireDmarcName(fqdn: string): string {
  const name = fqdn.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  const isName = labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) && name.length <= 253;
  if (labels[0] === '_dmarc' && labels.length > 1 && isName) return name;
  throw new DnsProviderError('only names that start with _dmarc. are written', { kind: 'unsupported' });
}

/** Whether a name lies in a zone or is its apex; both without a final dot. */
export function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** Throws DnsProviderError `unsupported` when a name lies in another zone: some APIs would append the zone's name to it. */
export function requireInZone(name: string, zone: string): void {
  if (isInZone(name, zone)) return;
  throw new DnsProviderError(`${name} does not lie in the zone ${zone}`, { kind: 'unsupported' });
}

/** A name as APIs write it inside its zone; `apex` for the zone's own name. Throws DnsProviderError `unsupported` when it lies elsewhere. */
export function labelIn(name: string, zone: string, apex: string): string {
  requireInZone(name, zone);
  return name === zone ? apex : name.slice(0, -zone.length - 1);
}

/** Whether two sets hold the same values, in any order; TTLs don't matter, nor that one is kept twice. */
export function hasSameValues(one: TxtSet, other: TxtSet): boolean {
  const [left, right] = [new Set(one.values), new Set(other.values)];
  return left.size === right.size && [...left].every((value) => right.has(value));
}

/**
 * Refuses what an adapter must not write: nothing at all (there is no delete), or the same value twice.
 * Throws DnsProviderError `unsupported`.
 */
export function requireWritable(next: TxtSet): void {
  if (next.values.length === 0) {
    throw new DnsProviderError('a record is never taken out', { kind: 'unsupported' });
  }
  if (new Set(next.values).size !== next.values.length) {
    throw new DnsProviderError('the same value twice', { kind: 'unsupported' });
  }
}
