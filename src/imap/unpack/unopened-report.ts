import type { MimePart } from './mime-parts.js';
import { isAboutMail } from './other-report.js';
import { partSource } from './part-source.js';
import { isNamedAsReport } from './piece.js';
import type { ReadMail } from './read-mail.js';

/** What a part is that is not opened here. */
export interface Unopened {
  readonly name: string;
  readonly reason: string;
}

/** How far the first line of a uuencoded file is looked for. */
const GLANCE = 32 * 1024;
/** [MS-OXTNEF] 2.1.3.1 */
const TNEF = Buffer.from('789F3E22', 'hex');
/** IEEE Std 1003.1, uuencode: both of its ways to encode. */
const UUENCODED = /^begin(?:-base64)? [0-7]{3,4} (\S[^\r\n]{0,250})$/m;
/** RFC 8460 5.3 has the same for TLS reports. */
const SUBJECT = /report domain:/i;

/**
 * Of a mail in which nothing was found: what a person would take for its report, though it is not opened. Ends with null
 * when there is no such thing, or nothing says that the mail is about a report (RFC 9990 3.5.1); gives null now and then,
 * for others to have their turn.
 */
export function* unopenedReport({ head, parts }: ReadMail): Generator<null, Unopened | null> {
  let isReport = SUBJECT.test(head.subject ?? '');
  let unopened: Unopened | null = null;
  for (const part of parts) {
    yield null;
    if (part === null) continue;
    if (isAboutMail(part)) return null;
    const { name, type } = part;
    unopened ??= unopenedAs({ name, type, start: partSource(part).read(0, GLANCE) });
    isReport ||= isNamedAsReport(part) || (unopened !== null && isNamedAsReport(unopened));
  }
  return isReport ? unopened : null;
}

/** `start`: of the content, its transfer encoding undone. Null: it is none of these. */
export function unopenedAs({
  name,
  type,
  start,
}: Pick<MimePart, 'name' | 'type'> & { readonly start: Buffer }): Unopened | null {
  if (/^application\/(?:x-)?pkcs7-mime$/.test(type) || /\.p7m$/i.test(name)) {
    return {
      name,
      reason: 'it is sent as an S/MIME message (.p7m), which is not opened: have it sent in clear',
    };
  }
  const isTnef = /^application\/(?:vnd\.)?ms-tnef$/.test(type) || start.subarray(0, TNEF.length).equals(TNEF);
  if (isTnef || /^winmail\.dat$/i.test(name)) {
    return {
      name,
      reason: 'it is sent as winmail.dat (TNEF), which is not opened: have it sent as an ordinary attachment',
    };
  }
  const inner = UUENCODED.exec(start.toString('latin1').replaceAll('\r', ''))?.[1]?.trim() ?? '';
  return /\.(?:xml|zip|gz|gzip)$/i.test(inner)
    ? {
        name: inner,
        reason: 'it is sent as uuencoded text, which is not opened: have it sent as an attachment',
      }
    : null;
}
