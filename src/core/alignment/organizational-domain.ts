import { getDomain } from 'tldts';

/** Characters (RFC 1035 2.3.4); longer ones are no names. */
const LONGEST_NAME = 253;
/** Names whose answer is remembered. */
const MOST_KNOWN = 10_000;

/** What was asked last: a report asks for the same few names at each of its records. */
const known = new Map<string, string>();

/**
 * The Organizational Domain of a domain: the label below its public suffix and the suffix itself; lower case, no final
 * dot. A name that is a public suffix or a single label is its own.
 *
 * This is the list of RFC 7489 3.2 and not the tree walk of RFC 9989 4.10, because it must answer without DNS for every
 * row of a report. The list's private section counts: `alice.github.io` and `bob.github.io` have different owners, and
 * without it each would pass as the other. An Author Domain that this splits too finely is only held longer.
 */
export function organizationalDomain(domain: string): string {
  const before = known.get(domain);
  if (before !== undefined) return before;
  const found = lookUp(domain);
  if (domain.length > LONGEST_NAME) return found;
  if (known.size === MOST_KNOWN) known.clear();
  known.set(domain, found);
  return found;
}

function lookUp(domain: string): string {
  const name = normalizedDomain(domain);
  const found = getDomain(name, {
    allowPrivateDomains: true,
    extractHostname: false,
    validateHostname: false, // names in reports carry underscores and worse
  });
  return found ?? name;
}

/** Lower case, without spaces around or a final dot. */
export function normalizedDomain(domain: string): string {
  const name = domain.trim().toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
