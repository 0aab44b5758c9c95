import { PlainSource, type ByteSource } from './byte-source.js';
import { contentKind } from './content-kind.js';
import { EncodedSource } from './encoded-source.js';
import type { MimePart } from './mime-parts.js';
import { decodeBase64, decodeQuotedPrintable } from './transfer-decoding.js';

/** A line of base64 that nobody could take for text, or a shorter one that is all there is. */
const BASE64_LINE = /^\s*([A-Za-z\d+/]{60})/;

/** Encoded bytes that are decoded at once. */
const SHORT = 32 * 1024;

/** What a part holds, its transfer encoding undone as it is read (RFC 2045 6), also where the header hides or invents it. */
export function partSource({ body, encoding }: MimePart): ByteSource {
  const name = encoding.replaceAll(/[^a-z\d-]/g, '');
  if (name === 'base64') return isUnencoded(body) ? new PlainSource(body) : base64(body);
  if (name === 'quoted-printable') return new EncodedSource(body, decodeQuotedPrintable, body.length);
  return isHiddenBase64(body) ? base64(body) : new PlainSource(body);
}

function base64(body: Buffer): ByteSource {
  if (body.length <= SHORT) {
    const { bytes, next } = decodeBase64(body, 0);
    if (isBlank(body, next)) return new PlainSource(bytes);
  }
  return new EncodedSource(body, decodeBase64, Math.ceil((body.length * 3) / 4));
}

function isBlank(body: Buffer, from: number): boolean {
  for (let at = from; at < body.length; at += 1) {
    if ((body[at] ?? 0) > 0x20) return false;
  }
  return true;
}

/** None of these begins with characters of base64. */
function isUnencoded(body: Buffer): boolean {
  // Nor with a letter, but for a zip archive.
  const first = body[0] ?? 0;
  if (first >= 0x41 && first <= 0x7a && first !== 0x50) return false;
  const kind = contentKind(body);
  return kind === 'gzip' || kind === 'zip' || kind === 'xml';
}

function isHiddenBase64(body: Buffer): boolean {
  const line = BASE64_LINE.exec(body.toString('latin1', 0, 100))?.[1];
  if (line === undefined) return false;
  const kind = contentKind(Buffer.from(line, 'base64'));
  return kind === 'gzip' || kind === 'zlib' || kind === 'zip' || kind === 'xml' || kind === 'mail';
}
