import { PlainSource } from './byte-source.js';
import { findBytes } from './find-bytes.js';

const FROM = Buffer.from('\nFrom ');
const LETTER_F = 0x46;
/** How much of a "From " line and what follows it is looked at. */
const LINE = 300;
/** Sender and time (RFC 4155, appendix A), from the first time on. */
const TIME = /^\d:\d\d.*\d{4}/;
const HEADER = /^(?:>?From |[!-9;-~]+:)/;

/** Whether it begins like a file of several mails (RFC 4155). */
export function isMailboxFile(bytes: Buffer): boolean {
  return bytes[0] === LETTER_F && isFromLine(bytes.toString('latin1', 0, LINE));
}

/**
 * The mails of a mailbox file, each with its "From " line; other bytes are one mail. Gives null now and then, for others
 * to have their turn.
 */
export function* mailsIn(bytes: Buffer): Generator<Buffer | null, void> {
  if (!isMailboxFile(bytes)) {
    yield bytes;
    return;
  }
  const source = new PlainSource(bytes);
  for (let start = 0; ;) {
    const at = yield* findBytes(source, FROM, start + 1, (found) => isSeparator(bytes, found));
    if (at === -1) {
      yield bytes.subarray(start);
      return;
    }
    yield bytes.subarray(start, at + 1);
    start = at + 1;
  }
}

/** `at`: the line end before a "From " line, which must be that of an empty line. */
function isSeparator(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1] === 0x0d ? at - 2 : at - 1;
  if (bytes[before] !== 0x0a) return false;
  return isFromLine(bytes.toString('latin1', at + 1, at + 1 + LINE));
}

/** A header must follow, since texts have such lines too. */
function isFromLine(text: string): boolean {
  const lineEnd = text.indexOf('\n');
  if (lineEnd === -1 || !/^From \S/.test(text) || !HEADER.test(text.slice(lineEnd + 1))) return false;
  const line = text.slice(0, lineEnd);
  const time = line.slice(6).search(/\d:\d\d/);
  return time !== -1 && TIME.test(line.slice(6 + time));
}
