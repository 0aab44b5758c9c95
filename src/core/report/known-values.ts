import { ownCopy, Value } from './read-value.js';

/** Characters; longer values are rarely the same. */
export const LONGEST_KNOWN = 128;
/** A power of two. At most 256 characters and some words each: 4 MB when all are full of the longest. */
const SIZE = 8192;

/**
 * The values seen last, each at the place that its hash gives, for all reports: `pass`, the domain, and the addresses
 * of its servers come again and again. Only speeds things up: the same text always means the same.
 */
const known: (Value | undefined)[] = Array.from({ length: SIZE }, () => undefined);

/** The value that stands between two places of a text, of at most 128 characters; `hash` is one of these characters. */
export function valueBetween(xml: string, from: number, to: number, hash: number): Value {
  const place = hash & (SIZE - 1);
  const found = known[place];
  if (found !== undefined && found.raw.length === to - from && isAt(xml, from, found.raw)) return found;
  const value = new Value(ownCopy(xml.slice(from, to)));
  known[place] = value;
  return value;
}

function isAt(xml: string, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (xml.charCodeAt(from + at) !== text.charCodeAt(at)) return false;
  }
  return true;
}
