import { z } from 'zod';
import { POLICIES } from '../core/record/policy.js';
import type { StoredMail, StoredReport, UnenrolledDomain } from '../ports/evidence-store.js';
import type { Ingested } from '../workflows/ingest-message.js';
import type { Outgoing } from './answers.js';
import { isoTime } from './iso-time.js';
import { ProblemError } from './problem.js';

const Time = z.iso.datetime();
const Outcome = z.enum(['report', 'tls-report', 'failure-report', 'not-a-report', 'unreadable']);
const Seconds = z.int().meta({ description: 'Seconds since the epoch' });
const Method = z.enum(['authentication-results', 'dkim', 'upload', 'none']);

const Authenticity = z
  .discriminatedUnion('authenticated', [
    z.object({ authenticated: z.literal(true), domain: z.string(), method: Method, reason: z.string() }),
    z.object({
      authenticated: z.literal(false),
      domain: z.null(),
      method: Method,
      reason: z.string(),
      undecided: z.literal(true).optional().meta({ description: 'DNS did not answer' }),
    }),
  ])
  .meta({ description: 'Whether the mail that brought it passed DMARC itself, and as whom' });

const FIELDS = {
  id: z.string(),
  orgName: z.string().meta({ description: 'As it calls itself' }),
  reporter: z.string().meta({ description: 'The authenticated domain, else the claimed one' }),
  reportId: z.string(),
  domain: z.string(),
  begin: Time,
  end: Time,
  status: z.enum(['accepted', 'partial']),
  dropped: z.int().meta({ description: 'Rows that could not be read' }),
  authenticity: Authenticity,
  counted: z.boolean().meta({ description: 'Whether its numbers count' }),
  receivedAt: Time,
  records: z.int(),
  messages: z.int(),
  dkimPass: z.int().meta({ description: 'Messages, by the report’s own word, as the next two' }),
  spfPass: z.int(),
  dmarcPass: z.int(),
};

export const ReportList = z.object({ reports: z.array(z.object(FIELDS).meta({ id: 'Report' })) });

const Record = z.object({
  sourceIp: z.string(),
  count: z.int(),
  disposition: z.string(),
  dkim: z.string(),
  spf: z.string(),
  reasons: z.array(z.object({ type: z.string(), comment: z.string().nullable() })),
  headerFrom: z.string(),
  envelopeFrom: z.string().nullable(),
  envelopeTo: z.string().nullable(),
  dkimResults: z.array(z.object({ domain: z.string(), selector: z.string().nullable(), result: z.string() })),
  spfResults: z.array(
    z.object({ domain: z.string(), scope: z.enum(['mfrom', 'helo']).nullable(), result: z.string() }),
  ),
});

const PublishedPolicy = z.object({
  domain: z.string(),
  p: z.enum(POLICIES).nullable(),
  sp: z.enum(POLICIES).nullable(),
  np: z.enum(POLICIES).nullable(),
  pct: z.number().nullable(),
  adkim: z.enum(['r', 's']),
  aspf: z.enum(['r', 's']),
  testing: z.boolean().nullable(),
});

export const WholeReport = z
  .object({
    ...FIELDS,
    head: z.object({
      schema: z.enum(['rfc7489', 'rfc9990']),
      orgName: z.string(),
      email: z.string().nullable(),
      reportId: z.string(),
      begin: Seconds,
      end: Seconds,
      policy: PublishedPolicy.meta({ description: 'The record that the receiver saw' }),
    }),
    firstDropped: z.array(z.object({ row: z.int(), reason: z.string() })),
    rows: z.array(Record).meta({ description: 'Those of this page, in their order' }),
  })
  .meta({ id: 'WholeReport' });

export const UploadView = z
  .object({
    outcome: z.literal('report'),
    reason: z.string().nullable().meta({ description: 'What was refused in it; null: nothing' }),
    reports: z.array(
      z.object({
        inner: z.string().meta({ description: 'The file in it' }),
        id: z.string().nullable(),
        storedAs: z.enum(['new', 'duplicate', 'sibling', 'rejected']),
        domain: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Upload' });

export const UnenrolledView = z.object({
  domains: z.array(
    z.object({
      domain: z.string(),
      reports: z.int(),
      messages: z.int(),
      reporters: z.int(),
      firstReportAt: Time,
      lastReportAt: Time,
    }),
  ),
});

export const RefusedMail = z.object({
  mails: z.array(
    z.object({
      id: z.string(),
      origin: z.string().meta({ description: 'The mailbox, `upload` or `import`' }),
      messageId: z.string().nullable(),
      from: z.string().nullable(),
      subject: z.string().nullable(),
      receivedAt: Time,
      outcome: Outcome,
      reason: z.string().nullable(),
    }),
  ),
});

export function reportView<T extends StoredReport>(stored: T) {
  return {
    ...stored,
    begin: isoTime(stored.begin * 1000),
    end: isoTime(stored.end * 1000),
    receivedAt: isoTime(stored.receivedAt),
  };
}

/** What came of an upload in which there was a report; throws the problem that there was none. */
export function uploadView({ outcome, reason, reports }: Ingested): Outgoing<z.infer<typeof UploadView>> {
  if (outcome === 'report') return { outcome, reason, reports };
  throw new ProblemError('not-a-report', reason ?? 'Nothing in it reads as an aggregate report.');
}

export function unenrolledView(
  domains: readonly UnenrolledDomain[],
): Outgoing<z.infer<typeof UnenrolledView>> {
  return {
    domains: domains.map((one) => ({
      ...one,
      firstReportAt: isoTime(one.firstReportAt),
      lastReportAt: isoTime(one.lastReportAt),
    })),
  };
}

export function refusedView(mails: readonly StoredMail[]): Outgoing<z.infer<typeof RefusedMail>> {
  return { mails: mails.map((mail) => ({ ...mail, receivedAt: isoTime(mail.receivedAt) })) };
}
