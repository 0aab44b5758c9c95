import { normalizedDomain, organizationalDomain } from './organizational-domain.js';

/** `r` relaxed, `s` strict: the values of `adkim` and `aspf` (RFC 9989 4.7). */
export type AlignmentMode = 'r' | 's';

/**
 * Whether an Authenticated Identifier (DKIM `d=`, SPF domain) is aligned with the Author Domain (RFC 9989 4.4, 4.10.2):
 * strict asks for the same domain, relaxed for the same Organizational Domain. Nothing is aligned with an empty name.
 */
export function isAligned(identifier: string, authorDomain: string, mode: AlignmentMode): boolean {
  const authenticated = normalizedDomain(identifier);
  const author = normalizedDomain(authorDomain);
  if (authenticated === '' || author === '') return false;
  if (authenticated === author) return true;
  return mode === 'r' && organizationalDomain(authenticated) === organizationalDomain(author);
}
