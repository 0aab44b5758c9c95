import { isAscii } from 'node:buffer';

/** Bytes in which a header ends; most end in the first. */
const GLANCES = [2048, 32 * 1024];
/** Characters of one field that are looked at. */
export const LONGEST_VALUE = 8192;

const LINE_FEED = 0x0a;
const COLON = 0x3a;

/** The fields of a mail or of one of its parts. */
export interface MailHeader {
  /** All values of a field, topmost first, unfolded. */
  all(name: string): readonly string[];
  /** The first value; empty when there is none. */
  first(name: string): string;
}

export interface PlainHeader {
  readonly header: MailHeader;
  /** Behind the last field. */
  readonly end: number;
  /** Behind the empty line. */
  readonly bodyStart: number;
}

/**
 * The header that a mail or part begins with, if it is written as nearly all are: ASCII, each line a field or folded
 * from the one before (RFC 5322 2.2), and an empty line behind them. Null for any other, which takes longer to read.
 */
export function plainHeader(bytes: Buffer): PlainHeader | null {
  for (const glance of GLANCES) {
    const text = bytes.toString('latin1', 0, glance);
    const end = endOfFields(text);
    if (end > 0) return headerUpTo(bytes, text, end);
    if (text.length < glance) break;
  }
  return null;
}

/** Behind the line that an empty one follows; 0 when none does. */
function endOfFields(text: string): number {
  const withReturn = text.indexOf('\n\r\n');
  const bare = text.indexOf('\n\n');
  return (bare === -1 || (withReturn !== -1 && withReturn < bare) ? withReturn : bare) + 1;
}

function headerUpTo(bytes: Buffer, text: string, end: number): PlainHeader | null {
  if (!isAscii(bytes.subarray(0, end))) return null;
  const lines = linesOf(text, end);
  if (lines === null) return null;
  return {
    header: new FieldLines(text, lines),
    end,
    bodyStart: end + (text.charCodeAt(end) === LINE_FEED ? 1 : 2),
  };
}

/** Where each field begins, its name ends, and it ends itself; null where a line is none. */
function linesOf(text: string, end: number): readonly number[] | null {
  const lines: number[] = [];
  let carriage = text.indexOf('\r');
  for (let at = 0; at < end;) {
    const lineEnd = text.indexOf('\n', at);
    if (carriage !== -1 && carriage < at) carriage = text.indexOf('\r', at);
    if (carriage !== -1 && carriage < lineEnd - 1) return null;
    const first = text.charCodeAt(at);
    if (first === 0x20 || first === 0x09) {
      if (lines.length === 0) return null;
      lines[lines.length - 1] = lineEnd;
    } else {
      const colon = endOfName(text, at);
      if (colon === at || text.charCodeAt(colon) !== COLON) return null;
      lines.push(at, colon, lineEnd);
    }
    at = lineEnd + 1;
  }
  return lines;
}

/** Letters, digits and hyphens, which is all that names of fields are made of. */
function endOfName(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    const isName = (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
    if (!isName) return at;
    at += 1;
  }
}

/** Fields that stay in the text until they are asked for. */
class FieldLines implements MailHeader {
  constructor(
    private readonly text: string,
    private readonly lines: readonly number[],
  ) {}

  all(name: string): readonly string[] {
    const values: string[] = [];
    for (let line = this.next(0, name); line !== -1; line = this.next(line + 3, name)) {
      values.push(this.value(line));
    }
    return values;
  }

  first(name: string): string {
    const line = this.next(0, name);
    return line === -1 ? '' : this.value(line);
  }

  /** The first field of that name from a line on; -1 when there is none. */
  private next(from: number, name: string): number {
    const { text, lines } = this;
    for (let line = from; line < lines.length; line += 3) {
      const start = lines[line] ?? 0;
      const colon = lines[line + 1] ?? 0;
      if (colon - start === name.length && text.slice(start, colon).toLowerCase() === name) return line;
    }
    return -1;
  }

  private value(line: number): string {
    const value = this.text.slice((this.lines[line + 1] ?? 0) + 1, this.lines[line + 2]);
    const unfolded = value.includes('\n') ? value.replaceAll(/\r?\n/g, '') : value;
    return unfolded.slice(0, LONGEST_VALUE).trim();
  }
}
