import { addressParser, decodeWords } from 'postal-mime';
import { UnpackError } from '../../ports/message-unpacker.js';
import { LONGEST_VALUE, plainHeader, type MailHeader } from './plain-header.js';

/** Bytes of one header; a mail with thirty Received and ARC fields has about as many thousand. */
const LONGEST_HEADER = 256 * 1024;
/** Reading addresses takes longer the more there are, and mail with several is refused anyway. */
const LONGEST_FROM = 2048;
const MOST_FROM_FIELDS = 4;
/** Words on one line. */
const READABLE = /^[!-~]+(?: [!-~]+)*$/;
/** An address by itself or behind a plain name, as in most report mail: nothing in it needs a parser. */
const PLAIN_FROM = /^(?:[\w.-]+(?: [\w.-]+)* (?=<))?(<?)([\w.+-]{1,64}@[\w.-]{1,253})(>?)$/;

/** A parameter on a line of its own, before which some programs forget the space. */
const PARAMETER = /(?:boundary|name|filename|charset|report-type)\*?\d*\*?=/i.source;
const NO_FIELD = new RegExp(`^(?![!-9;-~]+[ \\t]*:|[ \\t\\r\\n]|${PARAMETER}|$)`, 'im');
const FOLD = new RegExp(`\\r?\\n(?=[ \\t]|${PARAMETER})`, 'gi');

export interface SplitMail {
  readonly header: MailHeader;
  /** The header as it came, without the empty line. */
  readonly fields: Buffer;
  readonly body: Buffer;
}

/** Mails by where their bytes lie: each is taken apart once to read it, and once to authenticate it. */
const known = new WeakMap<ArrayBufferLike, Map<number, KnownMail>>();

interface KnownMail {
  readonly length: number;
  readonly split: SplitMail;
}

/** Header and body of a whole mail, as `splitHeader` gives them, at no cost the second time. */
export function splitMail(raw: Uint8Array): SplitMail {
  const { buffer, byteOffset, length } = raw;
  const inBuffer = known.get(buffer);
  const before = inBuffer?.get(byteOffset);
  if (before?.length === length) return before.split;
  const split = splitHeader(raw);
  if (inBuffer === undefined) known.set(buffer, new Map([[byteOffset, { length, split }]]));
  else inBuffer.set(byteOffset, { length, split });
  return split;
}

/** Header and body of a mail or part (RFC 5322 2.1). Throws an UnpackError for an endless header. */
export function splitHeader(raw: Uint8Array): SplitMail {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const plain = plainHeader(bytes);
  if (plain !== null) {
    const { header, end, bodyStart } = plain;
    return { header, fields: bytes.subarray(0, end), body: bytes.subarray(bodyStart) };
  }
  const start = startOfFields(bytes);
  const [end, bodyStart] = endOfHeader(bytes.subarray(start, start + LONGEST_HEADER));
  const fields = bytes.subarray(start, start + end);
  return { header: readFields(fields.toString('utf8')), fields, body: bytes.subarray(start + bodyStart) };
}

/** A field's text for people: encoded words decoded (RFC 2047), on one line. Null when it is empty. */
export function readableText(value: string): string | null {
  if (READABLE.test(value) && !value.includes('=?')) return value;
  const line = decodeWords(value)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line === '' ? null : line;
}

/** The one address of the From field; null when there is none or several: DMARC then has no Author Domain. */
export function authorAddress(header: MailHeader): string | null {
  const fields = header.all('from');
  if (fields.length > MOST_FROM_FIELDS) return null;
  const [, open, plain, close] = (fields.length === 1 && PLAIN_FROM.exec(fields[0] ?? '')) || [];
  if (plain !== undefined && (open === '') === (close === '')) return plain;
  const addresses = fields
    .flatMap((value) => addressParser(value.slice(0, LONGEST_FROM), { flatten: true }))
    .flatMap(({ address }) => (address === undefined || address === '' ? [] : [address]));
  const [address = null, ...others] = addresses;
  return others.length === 0 ? address : null;
}

/** A mailbox file begins with a "From " line that is no field. */
function startOfFields(bytes: Buffer): number {
  const start = bytes.toString('latin1', 0, 6);
  return /^>?From /.test(start) ? bytes.indexOf('\n') + 1 : 0;
}

/** Where the fields end, and where the body begins: behind the empty line, whatever its line ends are. */
function endOfHeader(bytes: Buffer): readonly [number, number] {
  if (bytes[0] === 0x0a) return [0, 1];
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return [0, 2];
  const withReturn = bytes.indexOf('\n\r\n');
  const bare = bytes.indexOf('\n\n');
  const isBare = bare !== -1 && (withReturn === -1 || bare < withReturn);
  const end = isBare ? bare + 1 : withReturn + 1;
  const unmarked = startOfUnmarkedBody(bytes.subarray(0, end || bytes.length));
  if (unmarked !== -1) return [unmarked, unmarked];
  if (end > 0) return [end, end + (isBare ? 1 : 2)];
  if (bytes.length === LONGEST_HEADER) throw new UnpackError('its header is larger than any mail needs');
  return [bytes.length, bytes.length];
}

/**
 * Where the empty line is missing: the first line that is no field, if it is a delimiter, or no field comes behind it.
 * Other such lines are junk among the fields. -1 when there is none.
 */
function startOfUnmarkedBody(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  const at = text.search(NO_FIELD);
  if (at === -1) return -1;
  const rest = text.slice(at);
  return rest.startsWith('--') || !/^[!-9;-~]+:/m.test(rest) ? at : -1;
}

function readFields(text: string): MailHeader {
  const fields = new Map<string, string[]>();
  // RFC 5322 2.2.3
  for (const line of text.replaceAll(FOLD, '').split(/\r?\n/)) {
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
