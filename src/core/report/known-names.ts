import { PLACES } from './report-places.js';

/** Names that reports have besides those that are read. */
const OTHERS = ['version', 'extra_contact_info', 'error', 'generator', 'fo', 'human_result', 'extension'];

/** Each to itself: a name out of a document becomes the one string that all of that name share. */
export const KNOWN_NAMES: ReadonlyMap<string, string> = new Map(
  [...PLACES.map(({ name }) => name), ...OTHERS].map((name) => [name, name]),
);

/** A power of two, so large that each of them has a place of its own. */
const SIZE = 1024;
const byHash: (string | undefined)[] = Array.from({ length: SIZE }, () => undefined);
for (const name of KNOWN_NAMES.values()) byHash[hashOf(name) & (SIZE - 1)] ??= name;

function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at += 1) hash = nextNameHash(hash, name.charCodeAt(at));
  return hash;
}

/** To be begun with 0, and gone through with each character of a name. */
export function nextNameHash(hash: number, code: number): number {
  return (hash * 31 + code) & 0xff_ff;
}

/** The name between two places of a text, which has this hash. */
export function nameBetween(xml: string, start: number, end: number, hash: number): string {
  const known = byHash[hash & (SIZE - 1)];
  if (known !== undefined && known.length === end - start && xml.startsWith(known, start)) return known;
  const name = xml.slice(start, end);
  return KNOWN_NAMES.get(name) ?? name;
}
