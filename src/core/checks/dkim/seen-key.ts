import type { Finding } from '../finding.js';
import { decodeBase64 } from './base64.js';
import { keyTag, readAsItStands } from './key-record.js';
import { readPublicKey } from './public-key.js';

/** Errors by the standards with which receivers verify signatures all the same, or some of them. */
const OVERLOOKED: ReadonlySet<string> = new Set([
  'dkim-several-records',
  'dkim-bad-version',
  'dkim-duplicate-tag',
  'dkim-service-type',
  'dkim-sha1-only',
  'dkim-unknown-hash',
  'dkim-short-key',
  'dkim-wrapped-ed25519',
]);

/** The same when the key can be read as it stands. */
const TYPED: ReadonlySet<string> = new Set([
  'dkim-quotes',
  'dkim-escaped-semicolon',
  'dkim-missing-semicolon',
  'dkim-capital-tag',
  'dkim-pem',
]);

/**
 * A finding about a key with which receivers verified mail lately. That shows of most slips that they do no harm; what
 * stays an error is a key that is gone, revoked or can't be decoded.
 */
export function weighedBySight(finding: Finding): Finding {
  if (finding.severity !== 'error' || !isOverlooked(finding)) return finding;
  const message = `${finding.message} Some verified mail with it lately all the same.`;
  return { ...finding, severity: 'warning', message };
}

function isOverlooked({ id, record }: Finding): boolean {
  return OVERLOOKED.has(id) || (TYPED.has(id) && record !== null && hasKey(record));
}

function hasKey(text: string): boolean {
  const decoded = decodeBase64(keyTag(readAsItStands(text), 'p') ?? '');
  if (decoded.kind !== 'bytes') return false;
  const { kind } = readPublicKey(decoded.bytes);
  return kind === 'rsa' || kind === 'ed25519';
}
