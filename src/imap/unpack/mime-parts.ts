import { UnpackError } from '../../ports/message-unpacker.js';
import { PlainSource } from './byte-source.js';
import { findBytes } from './find-bytes.js';
import { splitHeader } from './mail-header.js';
import type { MailHeader } from './plain-header.js';
import { mainValue, parameter } from './mime-parameters.js';

/** Multiparts inside one another; mail programs make four at most. */
const DEEPEST_MULTIPART = 16;
/** RFC 2046 5.1.1 allows 70 characters; looking for endless ones takes long. */
const LONGEST_BOUNDARY = 200;
/** Content types of one mail that are looked at. */
const MOST_TYPES = 4;
/** How far a boundary is looked for that the header doesn't name, or names among others. */
const PREAMBLE = 64 * 1024;

/** Bytes that are looked through at once. */
const SHORT = 64 * 1024;

/** A part of a mail that is no multipart. */
export interface MimePart {
  /** The file name; empty when it has none. */
  readonly name: string;
  /** `text/plain` where none is given (RFC 2045 5.2), and a mail in a digest (RFC 2046 5.1.5). */
  readonly type: string;
  /** Transfer encoding, lower case; empty when none is given. */
  readonly encoding: string;
  /** As it stands in the mail, still encoded. */
  readonly body: Buffer;
  /** `report-type` of the multipart/report around it (RFC 6522 3), lower case; empty without one. */
  readonly reportType: string;
}

/** Where a part stands. */
interface Surroundings {
  readonly depth: number;
  /** Of parts that don't say one. */
  readonly defaultType: string;
  readonly reportType: string;
}

/**
 * The leaves of a mail in their order (RFC 2046 5.1), and null now and then, for others to have their turn. In time
 * linear to its size, unlike general mail parsers, which need seconds for a mail of many short lines. Throws an
 * UnpackError when multiparts nest without end.
 */
export function* mimeParts(
  header: MailHeader,
  body: Buffer,
  around: Surroundings = { depth: 0, defaultType: 'text/plain', reportType: '' },
): Generator<MimePart | null> {
  const contentType = contentTypeOf(header, body);
  if (isLeaf(contentType, around)) yield leaf(header, contentType, body, around);
  else yield* partsOf(header, contentType, body, around);
}

function isLeaf(contentType: string, { defaultType }: Surroundings): boolean {
  const type = mainValue(contentType);
  return type === '' ? defaultType === 'message/rfc822' : !type.startsWith('multipart/');
}

/** The leaves of a multipart, or of what may be one without saying so. */
function* partsOf(
  header: MailHeader,
  contentType: string,
  body: Buffer,
  around: Surroundings,
): Generator<MimePart | null, void> {
  const type = mainValue(contentType);
  if (around.depth === DEEPEST_MULTIPART) throw new UnpackError('its parts are nested too deep');
  const reportType =
    type === 'multipart/report' ? mainValue(parameter(contentType, 'report-type')) : around.reportType;
  // RFC 2046 5.1.5
  const defaultType = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const inside = { depth: around.depth + 1, defaultType, reportType };
  const isSplit =
    (yield* partsBetween(body, boundaryOf(contentType), inside)) ||
    (yield* partsBetween(body, likelyBoundary(body), inside));
  if (!isSplit) yield leaf(header, contentType, body, around);
}

/** Of several the one that the parts agree with. */
function contentTypeOf(header: MailHeader, body: Buffer): string {
  const all = header.all('content-type');
  const fitting = all.length < 2 ? undefined : all.slice(0, MOST_TYPES).find((type) => isTrueOf(body, type));
  // One gateway writes it without the hyphen.
  return fitting ?? (all[0] || header.first('contenttype'));
}

function isTrueOf(body: Buffer, contentType: string): boolean {
  const boundary = boundaryOf(contentType);
  return (
    mainValue(contentType).startsWith('multipart/') &&
    boundary !== '' &&
    body.subarray(0, PREAMBLE).includes(`--${boundary}`)
  );
}

/** Empty where there is none. */
function boundaryOf(contentType: string): string {
  const boundary = parameter(contentType, 'boundary');
  return boundary.length > LONGEST_BOUNDARY ? '' : boundary;
}

/** Returns false when the boundary stands nowhere. */
function* partsBetween(
  body: Buffer,
  boundary: string,
  inside: Surroundings,
): Generator<MimePart | null, boolean> {
  if (boundary === '') return false;
  let isSplit = false;
  for (const raw of splitAtBoundary(body, boundary)) {
    if (raw === null) {
      yield null;
      continue;
    }
    isSplit = true;
    const part = splitHeader(raw);
    const contentType = contentTypeOf(part.header, part.body);
    if (isLeaf(contentType, inside)) yield leaf(part.header, contentType, part.body, inside);
    else yield* partsOf(part.header, contentType, part.body, inside);
  }
  return isSplit;
}

/** What looks like a delimiter before the header of a part, where the header of the mail names none or another. */
function likelyBoundary(body: Buffer): string {
  const start = body.toString('latin1', 0, PREAMBLE);
  return (
    /(?:^|\n)--(\S[^\r\n]{0,199}?)[ \t]*\r?\n(?=content-|contenttype|mime-version)/i.exec(start)?.[1] ?? ''
  );
}

function leaf(
  header: MailHeader,
  contentType: string,
  body: Buffer,
  { defaultType, reportType }: Surroundings,
): MimePart {
  return {
    name: parameter(header.first('content-disposition'), 'filename') || parameter(contentType, 'name'),
    type: mainValue(contentType) || defaultType,
    encoding: mainValue(header.first('content-transfer-encoding')),
    body,
    reportType,
  };
}

/** What stands between the delimiter lines; a missing last one is forgiven. */
function* splitAtBoundary(body: Buffer, boundary: string): Generator<Buffer | null> {
  const delimiter = Buffer.from(`--${boundary}`, 'utf8');
  let start = -1;
  for (let at = 0; ;) {
    at =
      body.length <= SHORT ? nearDelimiter(body, delimiter, at) : yield* nextDelimiter(body, delimiter, at);
    if (at === -1) break;
    if (start !== -1) yield body.subarray(start, withoutLineEnd(body, start, at));
    const behind = at + delimiter.length;
    const lineEnd = body.indexOf(0x0a, behind);
    if (lineEnd === -1 || isClosing(body, behind)) return;
    start = lineEnd + 1;
    at = start;
  }
  if (start !== -1) yield body.subarray(start);
}

/** The delimiter at the start of a line, with nothing behind it but `--` and spaces (RFC 2046 5.1.1). */
function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): Generator<null, number> {
  return findBytes(new PlainSource(body), delimiter, from, (at) => isDelimiter(body, at, delimiter));
}

/** The same in a short body; -1 when there is none. */
function nearDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  let at = body.indexOf(delimiter, from);
  while (at !== -1 && !isDelimiter(body, at, delimiter)) at = body.indexOf(delimiter, at + 1);
  return at;
}

function isDelimiter(body: Buffer, at: number, { length }: Buffer): boolean {
  return (at === 0 || body[at - 1] === 0x0a) && isDelimiterEnd(body, at + length);
}

function isDelimiterEnd(body: Buffer, at: number): boolean {
  return isSpaceOrEnd(body[at]) || (isClosing(body, at) && isSpaceOrEnd(body[at + 2]));
}

function isSpaceOrEnd(byte: number | undefined): boolean {
  return byte === undefined || byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function isClosing(body: Buffer, at: number): boolean {
  return body[at] === 0x2d && body[at + 1] === 0x2d;
}

/** The line end before a delimiter belongs to the delimiter. */
function withoutLineEnd(body: Buffer, start: number, end: number): number {
  if (end - 1 < start) return start;
  const isCrLf = body[end - 2] === 0x0d && end - 2 >= start;
  return isCrLf ? end - 2 : end - 1;
}
