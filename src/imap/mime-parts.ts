import { splitHeader, type MailHeader } from './mail-header.js';
import { mainValue, parameter } from './mime-parameters.js';
import { CannotUnpack } from './unpack-limits.js';

/** Multiparts inside one another; mail programs make four at most. */
const DEEPEST_MULTIPART = 16;

/** A part of a mail that is no multipart, its transfer encoding undone. */
export interface MimePart {
  /** The file name; empty when it has none. */
  readonly name: string;
  /** `text/plain` where none is given (RFC 2045 5.2). */
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * The leaves of a mail in their order (RFC 2046 5.1). In time linear to its size, unlike general mail parsers, which
 * need seconds for a mail of many short lines. Throws CannotUnpack when multiparts nest without end.
 */
export function* mimeParts(header: MailHeader, body: Buffer, depth = 0): Generator<MimePart> {
  // One gateway writes it without the hyphen.
  const contentType = header.first('content-type') || header.first('contenttype');
  const type = mainValue(contentType);
  const boundary = parameter(contentType, 'boundary');
  if (!type.startsWith('multipart/') || boundary === '') {
    yield leaf(header, { type: type || 'text/plain', contentType, body });
    return;
  }
  if (depth === DEEPEST_MULTIPART) throw new CannotUnpack('its parts are nested too deep');
  for (const raw of splitAtBoundary(body, boundary)) {
    const part = splitHeader(raw);
    yield* mimeParts(part.header, part.body, depth + 1);
  }
}

interface Content {
  readonly type: string;
  readonly contentType: string;
  readonly body: Buffer;
}

function leaf(header: MailHeader, { type, contentType, body }: Content): MimePart {
  const name = parameter(header.first('content-disposition'), 'filename') || parameter(contentType, 'name');
  const encoding = mainValue(header.first('content-transfer-encoding'));
  return { name, type, bytes: decoded(body, encoding) };
}

/** RFC 2045 6; an unknown encoding changes nothing. */
function decoded(body: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64');
  if (encoding !== 'quoted-printable') return body;
  const text = body
    .toString('latin1')
    .replaceAll(/=[ \t]*\r?\n/g, '')
    .replaceAll(/=([\dA-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** What stands between the delimiter lines; a missing last one is forgiven. */
function* splitAtBoundary(body: Buffer, boundary: string): Generator<Buffer> {
  const delimiter = Buffer.from(`--${boundary}`);
  let start = -1;
  for (let at = nextDelimiter(body, delimiter, 0); at !== -1; at = nextDelimiter(body, delimiter, at + 1)) {
    if (start !== -1) yield body.subarray(start, withoutLineEnd(body, start, at));
    const lineEnd = body.indexOf('\n', at);
    const closes = body.toString('latin1', at + delimiter.length, at + delimiter.length + 2) === '--';
    if (closes || lineEnd === -1) return;
    start = lineEnd + 1;
  }
  if (start !== -1) yield body.subarray(start);
}

/** The delimiter at the start of a line, with nothing behind it but `--` and spaces (RFC 2046 5.1.1). */
function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  let at = body.indexOf(delimiter, from);
  while (at !== -1) {
    const behind = body.toString('latin1', at + delimiter.length, at + delimiter.length + 3);
    const startsLine = at === 0 || body[at - 1] === 0x0a;
    if (startsLine && /^(?:--|[ \t\r\n]|$)/.test(behind)) return at;
    at = body.indexOf(delimiter, at + 1);
  }
  return -1;
}

/** The line end before a delimiter belongs to the delimiter. */
function withoutLineEnd(body: Buffer, start: number, end: number): number {
  if (end - 1 < start) return start;
  const isCrLf = body[end - 2] === 0x0d && end - 2 >= start;
  return isCrLf ? end - 2 : end - 1;
}
