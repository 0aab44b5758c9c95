import { readTags, tagValue } from './tags.js';

/**
 * Whether a record asks for aggregate reports to an address that contains `needle`, in any letter case.
 * `needle` null: to any valid mail address.
 */
export function hasRua(text: string, needle: string | null): boolean {
  const addresses = ruaAddresses(text);
  if (needle === null) return addresses.length > 0;
  const wanted = needle.toLowerCase().replace(/^mailto:/, '');
  return addresses.some((address) => address.includes(wanted));
}

/** The mail addresses of `rua`, lower case. What isn't a valid `mailto:` is left out (RFC 9989 4.7 "rua"). */
export function ruaAddresses(text: string): readonly string[] {
  return ruaUris(text)
    .map(mailAddress)
    .filter((address) => address !== null);
}

/** The URIs of `rua` as written. A comma within one is percent-encoded, so each comma divides (RFC 9989 4.8). */
export function ruaUris(text: string): readonly string[] {
  const value = tagValue(readTags(text), 'rua');
  if (value === null) return [];
  return value
    .split(',')
    .map((uri) => uri.trim())
    .filter((uri) => uri !== '');
}

/** The address of a `mailto:` URI, lower case; null when it is none. A size limit of RFC 7489 (`!10m`) is dropped. */
export function mailAddress(uri: string): string | null {
  const match = /^mailto:([^!?]+)(?:[!?].*)?$/is.exec(uri);
  const address = match?.[1] === undefined ? null : percentDecoded(match[1])?.toLowerCase();
  return address !== null && address !== undefined && /^[^\s@]+@[^\s@]+$/.test(address) ? address : null;
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
