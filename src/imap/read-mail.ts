import PostalMime, { type Attachment, type Email } from 'postal-mime';
import type { Unpacked } from '../ports/message-unpacker.js';

/** A part of a mail that may hold a report. */
export interface MailPart {
  /** Its file name; empty when it has none. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ReadMail {
  readonly head: NonNullable<Unpacked['mail']>;
  readonly parts: readonly MailPart[];
}

/**
 * Takes a mail apart (RFC 2045): its attachments at any depth, and its text when that itself is a report. Throws
 * postal-mime's error when it is nested too deep or its headers are too large.
 */
export async function readMail(raw: Uint8Array, nesting: number): Promise<ReadMail> {
  const mail = await PostalMime.parse(raw, {
    maxNestingDepth: 8 * nesting,
    maxHeadersSize: 512 * 1024,
    maxRfc822NestingDepth: nesting,
  });
  const attachments = mail.attachments.map(partOf);
  return { head: headOf(mail), parts: [...attachments, ...reportInText(mail)] };
}

function headOf(mail: Email): ReadMail['head'] {
  const date = mail.date === undefined ? Number.NaN : Date.parse(mail.date);
  return {
    messageId: textOrNull(mail.messageId),
    from: textOrNull(mail.from?.address),
    subject: textOrNull(mail.subject),
    date: Number.isFinite(date) ? date : null,
  };
}

function textOrNull(text: string | undefined): string | null {
  const line = text?.replaceAll(/\p{Cc}+/gu, ' ').trim() ?? '';
  return line === '' ? null : line;
}

function partOf({ filename, content }: Attachment): MailPart {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
  return { name: filename ?? '', bytes };
}

/** Some reporters send the XML as the text of the mail. */
function reportInText(mail: Email): readonly MailPart[] {
  const text = mail.text ?? '';
  const start = /<(?:\?xml|[\w.-]{0,20}:?feedback[\s>])/.exec(text);
  if (start === null || !text.includes('feedback')) return [];
  return [{ name: '', bytes: Buffer.from(asUtf8(text.slice(start.index))) }];
}

/** The text has been decoded, so what its declaration says of bytes is no longer so. */
function asUtf8(xml: string): string {
  return xml.replace(/^(<\?xml[^>]*?)\sencoding\s*=\s*["'][^"']*["']/, '$1');
}
