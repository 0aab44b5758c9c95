import { LinePacker } from '../database/evidence/line-packer.js';
import { RecursiveLookup } from '../dns/recursive-lookup.js';
import type { DnsConfig } from '../config/config.js';
import type { ReportLimits } from '../core/report/limits.js';
import { MimeUnpacker } from '../imap/unpack/unpack-message.js';
import type { UnpackLimits } from '../imap/unpack/unpack-limits.js';
import { MailboxAuthenticator, type AuthenticatedMailbox } from '../mailbox-authenticator.js';
import { MessageReader } from '../workflows/message-reader.js';
import { ReadingWork } from '../workflows/reading-work.js';

/** What a thread has to know to read mail: no secrets, and nothing but values. */
export interface ReadingSetup {
  readonly unpackLimits: UnpackLimits;
  readonly reportLimits: ReportLimits;
  readonly mailboxes: readonly AuthenticatedMailbox[];
  readonly dns: DnsConfig;
}

/** The work of a thread with the real parts. */
export function readingWork({ unpackLimits, reportLimits, mailboxes, dns }: ReadingSetup): ReadingWork {
  const authenticator = new MailboxAuthenticator(mailboxes, new RecursiveLookup(dns));
  const reader = new MessageReader(new MimeUnpacker(unpackLimits), authenticator, reportLimits);
  return new ReadingWork(reader, (reportIds) => new LinePacker(reportIds));
}
