import { createHash } from 'node:crypto';
import { judgeRecord } from '../../src/core/evidence/judge-record.js';
import { reportDay } from '../../src/core/evidence/report-cells.js';
import type { Authenticity } from '../../src/core/report/authenticity.js';
import type { ReportHead, ReportRecord } from '../../src/core/report/report.js';
import type {
  Delivery,
  EvidenceStore,
  IncomingReport,
  IntakeBatch,
  StoredDelivery,
} from '../../src/ports/evidence-store.js';

export const NOW = Date.UTC(2026, 10, 22, 15);
export const DAY = '2026-11-21';
/** 2026-11-21T00:00:00Z in seconds. */
const BEGIN = 1_795_219_200;

export const GENUINE: Authenticity = {
  authenticated: true,
  domain: 'google.com',
  method: 'dkim',
  reason: 'd=google.com passed',
};
export const FORGED: Authenticity = {
  authenticated: false,
  domain: null,
  method: 'none',
  reason: 'no signature',
};

/** A report before it is packed. */
export interface Sent {
  readonly domain: string;
  readonly reporter?: string;
  readonly records?: readonly ReportRecord[];
  readonly head?: Partial<ReportHead>;
  readonly authenticity?: Authenticity;
  /** Tells siblings with equal records apart. */
  readonly content?: string;
  readonly changes?: Partial<IncomingReport>;
}

export function newRecord(changes: Partial<ReportRecord> = {}): ReportRecord {
  return {
    sourceIp: '192.0.2.1',
    count: 10,
    disposition: 'none',
    dkim: 'pass',
    spf: 'fail',
    reasons: [],
    headerFrom: 'example.com',
    envelopeFrom: null,
    envelopeTo: null,
    dkimResults: [{ domain: 'example.com', selector: 's1', result: 'pass' }],
    spfResults: [],
    ...changes,
  };
}

export function newHead(domain: string, changes: Partial<ReportHead> = {}): ReportHead {
  return {
    schema: 'rfc9990',
    orgName: 'Google Inc.',
    email: 'noreply@google.com',
    reportId: 'r-1',
    begin: BEGIN,
    end: BEGIN + 86_399,
    policy: { domain, p: 'none', sp: null, np: null, pct: null, adkim: 'r', aspf: 'r', testing: null },
    ...changes,
  };
}

/** The seconds in which a report about a day begins and ends. */
export function about(day: string): Pick<ReportHead, 'begin' | 'end'> {
  const begin = Date.parse(`${day}T00:00:00Z`) / 1000;
  return { begin, end: begin + 86_399 };
}

/** As a workflow does it: records are judged and added one by one. */
export async function pack(batch: IntakeBatch, sent: Sent): Promise<IncomingReport> {
  const { domain, records = [newRecord()], authenticity = GENUINE } = sent;
  const head = newHead(domain, sent.head);
  const rows = await batch.openRows(head, reportDay(head));
  for (const record of records) {
    rows.add(record, judgeRecord(record, head.policy));
    await rows.drained();
  }
  const sum = (wanted: (record: ReportRecord) => boolean): number =>
    records.reduce((messages, record) => messages + (wanted(record) ? record.count : 0), 0);
  return {
    inner: 'report.xml',
    head,
    totals: {
      records: records.length,
      messages: sum(() => true),
      dkimPass: sum((record) => record.dkim === 'pass'),
      spfPass: sum((record) => record.spf === 'pass'),
      dmarcPass: sum((record) => record.dkim === 'pass' || record.spf === 'pass'),
    },
    status: 'accepted',
    dropped: 0,
    firstDropped: [],
    authenticity,
    reporter: sent.reporter ?? 'google.com',
    contentHash: createHash('sha256')
      .update(JSON.stringify([head, records, sent.content ?? '']))
      .digest('hex'),
    rows,
    ...sent.changes,
  };
}

export function newDelivery(reports: readonly IncomingReport[], changes: Partial<Delivery> = {}): Delivery {
  return {
    mailId: null,
    origin: 'upload',
    folder: null,
    position: null,
    messageId: '<1@google.com>',
    from: 'noreply@google.com',
    subject: 'Report domain: example.com',
    receivedAt: NOW,
    outcome: reports.length > 0 ? 'report' : 'not-a-report',
    reason: null,
    reports,
    original: null,
    ...changes,
  };
}

/** A mail with its reports. */
export interface SentMail extends Partial<Omit<Delivery, 'reports'>> {
  readonly reports?: readonly Sent[];
}

/** One batch with these mails. */
export async function storeMails(
  evidence: EvidenceStore,
  ...mails: readonly SentMail[]
): Promise<readonly StoredDelivery[]> {
  const batch = await evidence.openBatch();
  return batch.store(await packMails(batch, mails));
}

export async function packMails(
  batch: IntakeBatch,
  mails: readonly SentMail[],
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const { reports = [], ...changes } of mails) {
    const packed: IncomingReport[] = [];
    for (const sent of reports) packed.push(await pack(batch, sent));
    deliveries.push(newDelivery(packed, changes));
  }
  return deliveries;
}
