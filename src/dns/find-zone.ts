import { LookupError } from './recursive-lookup.js';
import type { RecursiveLookup } from './recursive-lookup.js';

/**
 * The zone that holds a name: up from it until a SOA answers; a negative answer names the zone at once (RFC 2308 3).
 * Throws LookupError; `ENODATA` when only the root is left.
 */
export async function findZone(name: string, lookup: RecursiveLookup, signal?: AbortSignal): Promise<string> {
  for (let candidate = name; candidate !== ''; candidate = parentOf(candidate)) {
    const reply = await lookup.ask({ name: candidate, type: 'SOA' }, signal);
    const isApex = reply.answers.some((record) => record.type === 'SOA' && record.name === candidate);
    if (isApex) return candidate;
    // Behind an alias the negative answer is about the target's zone.
    const isAlias = reply.answers.some((record) => record.type === 'CNAME');
    const above = isAlias ? undefined : reply.authorities.find((record) => record.type === 'SOA');
    if (above !== undefined && candidate.endsWith(`.${above.name}`)) return above.name;
    if (above?.name === '') break;
  }
  throw new LookupError(`no zone holds ${name}`, 'ENODATA');
}

/** The zone above another; the root is the empty name. Throws LookupError. */
export async function findZoneAbove(
  zone: string,
  lookup: RecursiveLookup,
  signal?: AbortSignal,
): Promise<string> {
  const above = parentOf(zone);
  if (above === '') return '';
  try {
    return await findZone(above, lookup, signal);
  } catch (error) {
    // A top-level name that is no zone: then the root holds it.
    if (error instanceof LookupError && error.code === 'ENODATA') return '';
    throw error;
  }
}

function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}
