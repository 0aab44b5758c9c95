import type { MimePart } from './mime-parts.js';

/** Reports about single mails, with the mail or its header in them, by report-type or part: RFC 5965, 3464, 8098. */
const ABOUT_MAIL: ReadonlySet<string> = new Set([
  'feedback-report',
  'delivery-status',
  'disposition-notification',
  'message/feedback-report',
  'message/delivery-status',
  'message/global-delivery-status',
  'message/disposition-notification',
]);

/** Whether what follows in the mail is the mail that it is about. */
export function isAboutMail({ reportType, type }: Pick<MimePart, 'reportType' | 'type'>): boolean {
  return ABOUT_MAIL.has(reportType) || ABOUT_MAIL.has(type);
}

/** Whether JSON is a TLS report (RFC 8460 4.4), by how it begins. */
export function isTlsReport(head: Buffer): boolean {
  const start = head.toString('utf8', 0, 16 * 1024);
  return (
    /"organization-name"\s*:/.test(start) || (/"policies"\s*:/.test(start) && /"policy-type"\s*:/.test(start))
  );
}
