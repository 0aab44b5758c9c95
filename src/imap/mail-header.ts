import { addressParser, decodeWords } from 'postal-mime';
import { CannotUnpack } from './unpack-limits.js';

/** Bytes of one header; a mail with thirty Received and ARC fields has about as many thousand. */
const LONGEST_HEADER = 256 * 1024;
/** Characters of one field that are looked at. */
const LONGEST_VALUE = 8192;

/** The fields of a mail or of one of its parts. */
export interface MailHeader {
  /** All values of a field, topmost first, unfolded. */
  all(name: string): readonly string[];
  /** The first value; empty when there is none. */
  first(name: string): string;
}

export interface SplitMail {
  readonly header: MailHeader;
  /** The header as it came, without the empty line. */
  readonly fields: Buffer;
  readonly body: Buffer;
}

/** Header and body of a mail or part (RFC 5322 2.1). Throws CannotUnpack for an endless header. */
export function splitHeader(raw: Uint8Array): SplitMail {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const start = startOfFields(bytes);
  const [end, bodyStart] = endOfHeader(bytes, start);
  if (end - start > LONGEST_HEADER) throw new CannotUnpack('its header is larger than any mail needs');
  const fields = bytes.subarray(start, end);
  return { header: readFields(fields.toString('utf8')), fields, body: bytes.subarray(bodyStart) };
}

/** A field's text for people: encoded words decoded (RFC 2047), on one line. Null when it is empty. */
export function readableText(value: string): string | null {
  const line = decodeWords(value)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line === '' ? null : line;
}

/** The one address of the From field; null when there is none or several: DMARC then has no Author Domain. */
export function authorAddress(header: MailHeader): string | null {
  const addresses = header
    .all('from')
    .flatMap((value) => addressParser(value, { flatten: true }))
    .flatMap(({ address }) => (address === undefined || address === '' ? [] : [address]));
  const [address = null, ...others] = addresses;
  return others.length === 0 ? address : null;
}

/** A mailbox file begins with a "From " line that is no field. */
function startOfFields(bytes: Buffer): number {
  const start = bytes.toString('latin1', 0, 6);
  return /^>?From /.test(start) ? bytes.indexOf('\n') + 1 : 0;
}

/** The empty line, whatever its line ends are. */
function endOfHeader(bytes: Buffer, start: number): readonly [number, number] {
  if (bytes[start] === 0x0a) return [start, start + 1];
  if (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) return [start, start + 2];
  const withReturn = bytes.indexOf('\n\r\n', start);
  const bare = bytes.indexOf('\n\n', start);
  if (withReturn === -1 && bare === -1) return [bytes.length, bytes.length];
  const isBare = withReturn === -1 || (bare !== -1 && bare < withReturn);
  return isBare ? [bare + 1, bare + 2] : [withReturn + 1, withReturn + 3];
}

function readFields(text: string): MailHeader {
  const fields = new Map<string, string[]>();
  for (const line of text.replaceAll(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1, colon + 1 + LONGEST_VALUE).trim();
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return {
    all: (name) => fields.get(name) ?? [],
    first: (name) => fields.get(name)?.[0] ?? '',
  };
}
