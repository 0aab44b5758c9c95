import type { MailHead } from '../../ports/message-unpacker.js';
import { authorAddress, readableText, splitMail } from './mail-header.js';
import { mimeParts, type MimePart } from './mime-parts.js';
import type { MailHeader } from './plain-header.js';
import { mainValue, parameter } from './mime-parameters.js';

/** Bytes of empty lines before a mail. */
const MOST_EMPTY = 64 * 1024;

export interface ReadMail {
  readonly head: MailHead;
  /** `report-type` of a multipart/report (RFC 6522 3), lower case; empty for other mail. */
  readonly reportType: string;
  /**
   * One at a time, so that who reads them can stop; null now and then, for others to have their turn. May be gone through
   * again.
   */
  readonly parts: Iterable<MimePart | null>;
}

/**
 * Takes a mail apart: what its header says for people, and its parts at any depth. Throws an UnpackError, also while
 * the parts are read, when it is over a limit.
 */
export function readMail(raw: Buffer): ReadMail {
  const { header, body } = splitMail(fromFirstField(raw));
  const reportType = mainValue(parameter(header.first('content-type'), 'report-type'));
  return { head: headOf(header), reportType, parts: { [Symbol.iterator]: () => mimeParts(header, body) } };
}

/** Without the empty lines and the byte order mark that some programs put before a mail. */
function fromFirstField(raw: Buffer): Buffer {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  while (start < MOST_EMPTY && (raw[start] === 0x0a || raw[start] === 0x0d)) start += 1;
  return start === 0 ? raw : raw.subarray(start);
}

function headOf(header: MailHeader): MailHead {
  const date = Date.parse(header.first('date'));
  return {
    messageId: readableText(header.first('message-id')),
    from: authorAddress(header),
    subject: readableText(header.first('subject')),
    // None was sent before 1970; the database knows no years before the first.
    date: date > 0 ? date : null,
  };
}
