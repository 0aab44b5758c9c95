import type { Unpacked } from '../ports/message-unpacker.js';
import { authorAddress, readableText, splitHeader, type MailHeader } from './mail-header.js';
import { mimeParts, type MimePart } from './mime-parts.js';

export interface ReadMail {
  readonly head: NonNullable<Unpacked['mail']>;
  /** One at a time, so that who reads them can stop. */
  readonly parts: Iterable<MimePart>;
}

/**
 * Takes a mail apart: what its header says for people, and its parts at any depth. A part of text that has a report
 * somewhere in it begins with that report. Throws CannotUnpack, also while the parts are read, when it is over a limit.
 */
export function readMail(raw: Uint8Array): ReadMail {
  const { header, body } = splitHeader(raw);
  return { head: headOf(header), parts: partsOf(header, body) };
}

function headOf(header: MailHeader): ReadMail['head'] {
  const date = Date.parse(header.first('date'));
  return {
    messageId: readableText(header.first('message-id')),
    from: authorAddress(header),
    subject: readableText(header.first('subject')),
    date: Number.isFinite(date) ? date : null,
  };
}

function* partsOf(header: MailHeader, body: Buffer): Generator<MimePart> {
  for (const part of mimeParts(header, body)) yield reportInText(part);
}

/** Some reporters send the XML as the text of the mail, with words before it. */
function reportInText(part: MimePart): MimePart {
  const feedback = part.type === 'text/plain' ? part.bytes.indexOf('<feedback') : -1;
  if (feedback === -1) return part;
  const declaration = part.bytes.lastIndexOf('<?xml', feedback);
  return { ...part, bytes: part.bytes.subarray(declaration === -1 ? feedback : declaration) };
}
