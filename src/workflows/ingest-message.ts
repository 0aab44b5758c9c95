import type { Delivery, EvidenceStore, IncomingReport, StoredAs } from '../ports/evidence-store.js';
import type { MessageUnpacker, Payload, Unpacked } from '../ports/message-unpacker.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AggregateReport } from '../core/report/report.js';
import { authenticityOf, type Authenticity } from '../core/report/authenticity.js';
import { DAY_MS } from '../core/instant.js';
import type { Instant } from '../core/instant.js';
import type { MailPosition } from '../ports/report-mailbox.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import { readReport } from '../core/report/read-report.js';
import { reporterOf } from '../core/report/reporter-of.js';
import { reportCells } from '../core/evidence/report-cells.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A mail or a file, as it came. */
export interface Arrival {
  /** Mailbox name, `upload` or `import`. */
  readonly origin: string;
  /** File name, for messages to people. */
  readonly name: string;
  readonly position: MailPosition | null;
  readonly receivedAt: Instant;
  /** Null: over the size limit, refused unread. */
  readonly bytes: Uint8Array | null;
  /** A token's name when a person vouches for a bare file; null for mail, which must authenticate by itself. */
  readonly vouchedBy: string | null;
}

export interface IngestedReport {
  readonly inner: string;
  readonly id: string | null;
  readonly storedAs: StoredAs | 'rejected';
  readonly domain: string | null;
  readonly reason: string | null;
}

export interface Ingested {
  readonly outcome: 'report' | 'not-a-report';
  readonly reason: string | null;
  readonly reports: readonly IngestedReport[];
}

/** What reading one arrival gave: the reports in it, and what was refused, each with its reason. */
interface ReadArrival {
  /** Null: refused unread. */
  readonly unpacked: Unpacked | null;
  /** There are reports, of which DNS did not let us say whether they are authentic. */
  readonly isUndecided: boolean;
  readonly reports: readonly IncomingReport[];
  readonly rejected: readonly { readonly inner: string; readonly reason: string }[];
}

/** One arrival: unpack, read, authenticate, count, store. Storing the same arrival again changes nothing. */
export class IngestMessage {
  constructor(
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
    private readonly evidence: EvidenceStore,
  ) {}

  /** A report whose authenticity can't be told now is stored as not authentic, with that reason. */
  async run(arrival: Arrival): Promise<Ingested> {
    return this.store(arrival, await this.read(arrival));
  }

  /** Null, and nothing stored, where the authenticity of a report can't be told now, but perhaps later. */
  async runOnceDecided(arrival: Arrival): Promise<Ingested | null> {
    const read = await this.read(arrival);
    return read.isUndecided ? null : this.store(arrival, read);
  }

  private async read(arrival: Arrival): Promise<ReadArrival> {
    const { bytes } = arrival;
    if (bytes === null) return { unpacked: null, isUndecided: false, reports: [], rejected: [TOO_LARGE] };
    const unpacked = await this.unpacker.unpack(bytes, arrival.name);
    const authenticity = await this.authenticate(arrival, bytes, unpacked);
    return readPayloads(arrival, unpacked, authenticity);
  }

  private async authenticate(arrival: Arrival, bytes: Uint8Array, unpacked: Unpacked): Promise<Authenticity> {
    if (unpacked.payloads.length === 0) return unauthenticated('nothing to authenticate');
    if (arrival.vouchedBy !== null) return vouched(arrival.vouchedBy);
    if (unpacked.mail === null) return unauthenticated('a bare file, which nobody vouched for');
    return this.authenticator.authenticate(bytes, arrival.origin);
  }

  private async store(arrival: Arrival, read: ReadArrival): Promise<Ingested> {
    const { unpacked } = read;
    const outcome = read.reports.length > 0 ? 'report' : 'not-a-report';
    const reason = reasonFor(read);
    const delivery: Delivery = {
      origin: arrival.origin,
      position: arrival.position,
      messageId: unpacked?.mail?.messageId ?? null,
      from: unpacked?.mail?.from ?? null,
      subject: unpacked?.mail?.subject ?? null,
      receivedAt: cameAt(arrival, unpacked, read.reports),
      outcome,
      reason,
      reports: read.reports,
    };
    const stored = await this.evidence.store(delivery);
    return { outcome, reason, reports: describe(read, stored) };
  }
}

const TOO_LARGE = {
  inner: '',
  reason: 'the message is larger than the mailbox setting maxMessageBytes allows',
};

const FUTURE = 'date_range lies in the future';

/** A file that is brought long after says itself when it came: an old report is no sign of life. */
function cameAt(arrival: Arrival, unpacked: Unpacked | null, reports: readonly IncomingReport[]): Instant {
  if (arrival.position !== null || reports.length === 0) return arrival.receivedAt;
  const ended = Math.max(...reports.map((it) => it.report.end * 1000));
  return Math.min(arrival.receivedAt, unpacked?.mail?.date ?? ended);
}

function unauthenticated(reason: string): Authenticity {
  return { authenticated: false, domain: null, method: 'none', reason };
}

/** A person's word stands for the mail's; the reporter's own name is filled in per report. */
function vouched(by: string): Authenticity {
  return { authenticated: true, domain: '', method: 'upload', reason: `vouched for by ${by}` };
}

function readPayloads(arrival: Arrival, unpacked: Unpacked, authenticity: Authenticity): ReadArrival {
  const reports: IncomingReport[] = [];
  const rejected: { inner: string; reason: string }[] = [...unpacked.refusals];
  for (const payload of unpacked.payloads) {
    const read = readReport(payload.xml);
    if (read.status === 'rejected') rejected.push({ inner: payload.inner, reason: read.reason });
    else if (read.report.begin * 1000 > arrival.receivedAt + DAY_MS)
      rejected.push({ inner: payload.inner, reason: FUTURE });
    else reports.push(incoming(payload, read.status, read.report, authenticity));
  }
  const isUndecided = reports.length > 0 && !authenticity.authenticated && authenticity.undecided === true;
  return { unpacked, isUndecided, reports, rejected };
}

function incoming(
  payload: Payload,
  status: IncomingReport['status'],
  report: AggregateReport,
  ofMail: Authenticity,
): IncomingReport {
  // Whoever sent it, also where the report claims to be another's: it must not pass for a sibling of an honest one.
  const reporter = reporterOf(report, ofMail);
  return {
    inner: payload.inner,
    report,
    status,
    authenticity: asStored(authenticityOf(report, ofMail), reporter),
    reporter,
    contentHash: bytesToHex(sha256(utf8ToBytes(payload.xml))),
    cells: reportCells(report, reporter),
  };
}

function asStored({ authenticated, method, reason }: Authenticity, reporter: string): Authenticity {
  return authenticated
    ? { authenticated, domain: reporter, method, reason }
    : { authenticated, domain: null, method, reason };
}

function reasonFor(read: ReadArrival): string | null {
  if (read.rejected.length > 0) {
    return read.rejected.map((it) => (it.inner === '' ? it.reason : `${it.inner}: ${it.reason}`)).join('; ');
  }
  return read.reports.length > 0 ? null : 'no report in it';
}

function describe(
  read: ReadArrival,
  stored: readonly { readonly id: string; readonly storedAs: StoredAs }[],
): readonly IngestedReport[] {
  const kept = read.reports.map((it, index) => ({
    inner: it.inner,
    id: stored[index]?.id ?? null,
    storedAs: stored[index]?.storedAs ?? ('rejected' as const),
    domain: it.report.policy.domain,
    reason: it.authenticity.authenticated ? null : it.authenticity.reason,
  }));
  const refused = read.rejected.map((it) => ({
    ...it,
    id: null,
    storedAs: 'rejected' as const,
    domain: null,
  }));
  return [...kept, ...refused];
}
