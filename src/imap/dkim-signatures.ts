import { isAligned } from '../core/alignment/identifier-alignment.js';
import type { SplitMail } from './unpack/mail-header.js';

/** Signatures that are verified; each costs a look-up and a hash over the mail. */
const MOST_SIGNATURES = 4;

/**
 * The mail with none but those DKIM signatures that could prove its Author Domain: aligned with it (RFC 9989 4.4.1),
 * over the From field (RFC 6376 5.4), and over the whole body: who uses `l=` lets anyone add an attachment. Also
 * without ARC, which says nothing here. In two pieces, the second as it came. Null when no such signature is there.
 */
export function withProvingSignatures(
  { fields, body }: SplitMail,
  authorDomain: string,
): readonly [Buffer, Buffer] | null {
  let signatures = 0;
  const kept = rawFields(fields).filter((field) => {
    const name = field.slice(0, field.indexOf(':')).trim().toLowerCase();
    if (name.startsWith('arc-')) return false;
    if (name !== 'dkim-signature') return true;
    if (signatures === MOST_SIGNATURES || !isProof(field, authorDomain)) return false;
    signatures += 1;
    return true;
  });
  if (signatures === 0) return null;
  const ended = kept.join('').replace(/\r?\n$/, '');
  return [Buffer.from(`${ended}\r\n\r\n`, 'latin1'), body];
}

/** Each with its folded lines and line ends, byte for byte, since the signature covers them. */
function rawFields(fields: Buffer): readonly string[] {
  return fields.toString('latin1').split(/(?<=\n)(?![ \t])/);
}

function isProof(field: string, authorDomain: string): boolean {
  const tags = readTags(field);
  const signed = (tags.get('h') ?? '').toLowerCase().split(':');
  return !tags.has('l') && signed.includes('from') && isAligned(tags.get('d') ?? '', authorDomain, 'r');
}

/** RFC 6376 3.2; white space means nothing in the values that are looked at. */
function readTags(field: string): ReadonlyMap<string, string> {
  const value = field.slice(field.indexOf(':') + 1).replaceAll(/\s+/g, '');
  const tags = value.split(';').map((tag): [string, string] => {
    const equals = tag.indexOf('=');
    return [tag.slice(0, equals), tag.slice(equals + 1)];
  });
  return new Map(tags);
}
