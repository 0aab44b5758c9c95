import type { Find, FoundDocument, MailHead, Unpacked } from '../ports/message-unpacker.js';
import type { ReportRows, RowOpening } from '../ports/evidence-store.js';
import type { MailOutcome, MailPosition } from '../ports/report-mailbox.js';
import type { ReportHead, ReportRecord } from '../core/report/report.js';
import type { ReadEnd, RecordSink } from '../core/report/report-reader.js';
import type { ReportLimits } from '../core/report/limits.js';
import type { Instant } from '../core/instant.js';
import { DAY_MS } from '../core/instant.js';
import { readDocument, type DocumentReport } from './read-document.js';
import { judgeRecord } from '../core/evidence/judge-record.js';
import { reportDay } from '../core/evidence/report-cells.js';
import { FUTURE_RANGE, tellsOfFuture } from '../core/report/future-range.js';

/** A mail or a file, as it came. */
export interface Arrival {
  /** Mailbox name, `upload` or `import`. */
  readonly origin: string;
  /** Null without a mailbox. */
  readonly folder: string | null;
  /** File name, for messages to people. */
  readonly name: string;
  readonly position: MailPosition | null;
  /** When it came, by the clock of the server that took it in, which may be wrong. */
  readonly receivedAt: Instant;
  /** By our own clock, when it is read, where `receivedAt` is by another's. */
  readonly readAt?: Instant;
  /** Null: over the size limit, refused unread. */
  readonly bytes: Uint8Array | null;
  /** How many they are, as the server gives it; only needed for those that were not fetched. */
  readonly size?: number;
  /** A token's name when a person vouches for a bare file; null for mail, which must authenticate by itself. */
  readonly vouchedBy: string | null;
  /** The mail as it was stored before and is read again; null for one that comes now. */
  readonly mailId: string | null;
}

/** For mail whose server says when it came: what came tomorrow or later by its clock comes now. */
export function timesOf(receivedAt: Instant, now: Instant): Required<Pick<Arrival, 'receivedAt' | 'readAt'>> {
  return { receivedAt: receivedAt > now + DAY_MS ? now : receivedAt, readAt: now };
}

/** A report whose records were taken. */
export interface ReadReport {
  readonly inner: string;
  readonly contentHash: string;
  readonly rows: ReportRows;
  readonly end: Exclude<ReadEnd, { readonly status: 'rejected' }>;
}

/** What reading one arrival gave: the reports in it, and what was refused, each with its reason. */
export interface ReadArrival {
  readonly mail: MailHead | null;
  readonly outcome: MailOutcome;
  readonly reports: readonly ReadReport[];
  readonly rejected: readonly { readonly inner: string; readonly reason: string }[];
}

const TOO_LARGE = 'the message is larger than the mailbox setting maxMessageBytes allows';

/** Reads all reports of one arrival, their records into `rows`. */
export async function readArrival(
  { bytes, receivedAt, readAt = receivedAt }: Arrival,
  unpack: (bytes: Uint8Array) => Unpacked,
  rows: RowOpening,
  limits: ReportLimits,
): Promise<ReadArrival> {
  if (bytes === null)
    return { mail: null, outcome: 'unreadable', reports: [], rejected: [{ inner: '', reason: TOO_LARGE }] };
  const { mail, finds } = unpack(bytes);
  const reading = new Reading(rows, limits, Math.max(receivedAt, readAt));
  for await (const find of finds) await reading.take(find);
  return { mail, outcome: reading.outcome(), reports: reading.reports, rejected: reading.rejected };
}

class Reading {
  readonly reports: ReadReport[] = [];
  readonly rejected: { readonly inner: string; readonly reason: string }[] = [];
  private other: MailOutcome = 'not-a-report';
  private isUnreadable = false;

  constructor(
    private readonly rows: RowOpening,
    private readonly limits: ReportLimits,
    private readonly now: Instant,
  ) {}

  async take(find: Find): Promise<void> {
    switch (find.kind) {
      case 'document':
        return this.takeDocument(find);
      case 'refusal':
        return this.refuse(find.inner, find.reason);
      case 'tls-report':
      case 'failure-report':
        this.other = find.kind;
        return;
    }
  }

  outcome(): MailOutcome {
    if (this.reports.length > 0) return 'report';
    return this.isUnreadable ? 'unreadable' : this.other;
  }

  private async takeDocument(found: FoundDocument): Promise<void> {
    const reports = await readDocument(found, {
      limits: this.limits,
      open: () => new RowFeed(this.rows),
      between: (feed) => feed.drained(),
    });
    for (const report of reports) await this.takeReport(report);
  }

  private async takeReport({ inner, sink, end, contentHash }: DocumentReport<RowFeed>): Promise<void> {
    if (end.status === 'rejected') {
      sink.rows?.discard();
      return this.refuse(inner, end.reason);
    }
    const rows = await sink.opened(end.head);
    if (!tellsOfFuture(end.head, this.now)) {
      this.reports.push({ inner, contentHash, rows, end });
      return;
    }
    rows.discard();
    // It was read, and can be taken once its time has come: it needs nobody's attention.
    this.rejected.push({ inner, reason: FUTURE_RANGE });
  }

  private refuse(inner: string, reason: string): void {
    this.isUnreadable = true;
    this.rejected.push({ inner, reason });
  }
}

/** Hands records on; holds those back that come before their rows are open, a piece's at the most. */
class RowFeed implements RecordSink {
  rows: ReportRows | null = null;
  private head: ReportHead | null = null;
  private waiting: ReportRecord[] = [];

  constructor(private readonly opening: RowOpening) {}

  open(head: ReportHead): void {
    this.head = head;
  }

  take(record: ReportRecord): void {
    if (this.rows === null || this.head === null) this.waiting.push(record);
    else this.rows.add(record, judgeRecord(record, this.head.policy));
  }

  async drained(): Promise<void> {
    if (this.waiting.length > 0 && this.head !== null) await this.opened(this.head);
    await this.rows?.drained();
  }

  async opened(head: ReportHead): Promise<ReportRows> {
    const rows = this.rows ?? (await this.opening.openRows(head, reportDay(head)));
    this.rows = rows;
    for (const record of this.waiting) rows.add(record, judgeRecord(record, head.policy));
    this.waiting = [];
    return rows;
  }
}
