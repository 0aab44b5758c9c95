import type { Authenticity } from '../core/report/authenticity.js';
import type { Arrival } from '../core/evidence/reporting-days.js';
import type { Cell } from '../core/evidence/cell.js';
import type { Intake } from '../core/evidence/intake.js';
import type { SignedMail } from '../core/checks/signed-mail.js';
import type { Day, Instant } from '../core/instant.js';
import type {
  DroppedRow,
  PublishedPolicy,
  ReportHead,
  ReportRecord,
  ReportTotals,
} from '../core/report/report.js';
import type { Judgement } from '../core/evidence/judge-record.js';
import type { MailOutcome, MailPosition } from './report-mailbox.js';

/** One report that was read. */
export interface IncomingReport {
  readonly inner: string;
  readonly head: ReportHead;
  readonly totals: ReportTotals;
  readonly status: 'accepted' | 'partial';
  /** How many rows were dropped, and the first of them. */
  readonly dropped: number;
  readonly firstDropped: readonly DroppedRow[];
  readonly authenticity: Authenticity;
  /** The authenticated domain, else the claimed one. */
  readonly reporter: string;
  /** SHA-256 of the document, hex, and `/2` and so on for further reports in it: tells the same report from a sibling. */
  readonly contentHash: string;
  /** Its records, taken by the batch that it is stored with. */
  readonly rows: ReportRows;
}

/** Everything that one mail or file brought. */
export interface Delivery {
  /** The mail that was stored before and is read again; null for one that comes now. */
  readonly mailId: string | null;
  /** Mailbox name, `upload`, or `import`. */
  readonly origin: string;
  /** Null without a mailbox. */
  readonly folder: string | null;
  readonly position: MailPosition | null;
  readonly messageId: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  readonly receivedAt: Instant;
  readonly outcome: MailOutcome;
  /** Why it is no report, or what was refused in it; null when all is well. */
  readonly reason: string | null;
  readonly reports: readonly IncomingReport[];
  /** The mail or file as it came, to be kept; null when it was too large to be fetched. */
  readonly original: Uint8Array | null;
  /** Bytes of the mail, as the server gives it, when it was too large to be fetched. */
  readonly unfetchedBytes?: number;
}

/** `duplicate`: seen before, changed nothing. `sibling`: same key, other content; the largest counts. */
export type StoredAs = 'new' | 'duplicate' | 'sibling';

export interface StoredDelivery {
  readonly mailId: string;
  /** In the order of `Delivery.reports`. */
  readonly reports: readonly { readonly id: string; readonly storedAs: StoredAs }[];
}

/** The records of one report on their way to the store, packed at once: a large report has hundreds of thousands. */
export abstract class ReportRows {
  abstract add(record: ReportRecord, judgement: Judgement): void;
  /** To be awaited now and then while adding: resolves when there is room for more. */
  abstract drained(): Promise<void>;
  /** The report turned out to be none: nothing of it is stored. */
  abstract discard(): void;
}

/** Where the records of the reports go that are read. */
export interface RowOpening {
  /**
   * For the records of the report that is read now; those of the report before must be complete. `day` is the UTC day
   * that the report is about; null when it spans more than a day and stays out of the daily numbers.
   */
  openRows(head: ReportHead, day: Day | null): Promise<ReportRows>;
}

/** The rows of one report, packed in another thread. What stands in `lines` is the store's own matter. */
export interface CarriedRows {
  readonly reportId: string;
  readonly day: Day | null;
  /** The day by which they are kept. */
  readonly keptBy: Day;
  readonly lines: Uint8Array;
}

/** Packs rows where there is no store, for a batch that takes them in. Throws a PackerFull when that becomes too much. */
export abstract class RowPacker implements RowOpening {
  abstract openRows(head: ReportHead, day: Day | null): Promise<ReportRows>;
  /** Rows that it has opened, all of them added. */
  abstract carried(rows: readonly ReportRows[]): readonly CarriedRows[];
}

/** More rows, or more reports, than a packer holds. */
export class PackerFull extends Error {
  override readonly name = 'PackerFull';
}

/** The store takes nothing just now, whatever it is given: its disk is full, or it is away. The message says which. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** What is stored in one transaction: the mails of one batch. Ends with `store` or `abandon`. */
export abstract class IntakeBatch implements RowOpening {
  abstract openRows(head: ReportHead, day: Day | null): Promise<ReportRows>;
  /** Ids for reports whose rows are packed in another thread; those that nobody uses are lost. */
  abstract reserve(reports: number): Promise<readonly string[]>;
  /** Takes in rows that were packed under an id of its own. */
  abstract takeIn(rows: CarriedRows): ReportRows;
  /**
   * Stores everything or throws, and then nothing: a StoreUnavailable where none of the deliveries is to blame. Answers in
   * the order of the deliveries.
   */
  abstract store(deliveries: readonly Delivery[]): Promise<readonly StoredDelivery[]>;
  abstract abandon(): Promise<void>;
}

export interface StoredReport extends ReportTotals {
  readonly id: string;
  readonly orgName: string;
  readonly reporter: string;
  readonly reportId: string;
  readonly domain: string;
  readonly begin: number;
  readonly end: number;
  readonly status: 'accepted' | 'partial';
  readonly dropped: number;
  readonly authenticity: Authenticity;
  /** Whether its numbers count: authenticated, and the largest of its siblings. */
  readonly counted: boolean;
  readonly receivedAt: Instant;
}

/** The policy that a reporter saw. */
export interface SeenPolicy {
  readonly reporter: string;
  readonly orgName: string;
  readonly policy: PublishedPolicy;
  /** Of the report's span: seconds since the epoch. */
  readonly begin: number;
  readonly end: number;
}

export interface StoredMail {
  readonly id: string;
  readonly origin: string;
  readonly messageId: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  readonly receivedAt: Instant;
  readonly outcome: MailOutcome;
  readonly reason: string | null;
}

/** A mail that was too large to be fetched. */
export interface UnfetchedMail extends StoredMail {
  /** Bytes, as the server gives it. */
  readonly size: number;
}

/** A domain that nobody enrolled, and about which reports come: somebody points its `rua` here. */
export interface UnenrolledDomain {
  readonly domain: string;
  readonly reports: number;
  readonly messages: number;
  readonly reporters: number;
  readonly firstReportAt: Instant;
  readonly lastReportAt: Instant;
}

/** How far reading the waiting mail of a folder has come. */
export interface ScanProgress {
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  /** Mails that waited when it began, and those of them that are done. */
  readonly total: number;
  readonly done: number;
}

export interface MailboxProgress {
  readonly mailbox: string;
  /** The newest mail that is stored; null: nothing yet. */
  readonly position: MailPosition | null;
  readonly scan: ScanProgress | null;
  /** Why it could not be read the last time, and since when; null: it could. */
  readonly trouble: { readonly reason: string; readonly at: Instant } | null;
  /** Mails by what they brought. */
  readonly mails: Readonly<Record<MailOutcome, number>>;
  readonly lastMailAt: Instant | null;
}

/** Before when what is forgotten. */
export interface RetentionCutoffs {
  /** Original messages that arrived before. */
  readonly originals: Instant;
  /** Rows of reports about earlier days. */
  readonly rows: Day;
  /** Daily numbers, reports and mails about or from earlier days. */
  readonly evidence: Day;
}

export interface Forgotten {
  readonly originals: number;
  readonly rows: number;
  readonly days: number;
  readonly reports: number;
  readonly mails: number;
}

/** Of which mail the signatures are wanted. */
export interface SignedMailQuery {
  /** The policy domain. */
  readonly domain: string;
  /** The first day of which reports are looked through. */
  readonly from: Day;
  readonly reporters: readonly string[];
  readonly authorDomains: readonly string[];
}

export abstract class EvidenceStore {
  abstract openBatch(): Promise<IntakeBatch>;
  /** Those of the UIDs whose mail is stored: after a crash it may still lie in its folder. */
  abstract known(
    place: { readonly origin: string; readonly folder: string; readonly uidValidity: string },
    uids: readonly number[],
  ): Promise<ReadonlyMap<number, MailOutcome>>;
  abstract noteScan(mailbox: string, folder: string, scan: ScanProgress): Promise<void>;
  /** Null: nobody has looked at the folder yet. */
  abstract lastScan(mailbox: string, folder: string): Promise<ScanProgress | null>;
  /** Of all mailboxes, and of the reports that people bring. */
  abstract intakes(): Promise<readonly Intake[]>;
  /** A person brings a report. */
  abstract noteUpload(now: Instant): Promise<void>;
  /** Null: all is well again. */
  abstract noteTrouble(
    mailbox: string,
    folder: string,
    trouble: { readonly reason: string; readonly at: Instant } | null,
  ): Promise<void>;
  abstract progress(mailbox: string, folder: string): Promise<MailboxProgress>;

  /** Daily numbers about a domain for days from `from` on, of the reports that count. */
  abstract cells(domain: string, from: Day): Promise<readonly Cell[]>;
  /** When the first counted report of each reporter about each of these days came. */
  abstract arrivals(domain: string, from: Day): Promise<readonly Arrival[]>;
  /** When the latest counted report about a domain came; null: never. */
  abstract lastReportAt(domain: string): Promise<Instant | null>;

  /** Newest first; `domain` null: all that are enrolled. */
  abstract reports(query: {
    readonly domain: string | null;
    readonly limit: number;
  }): Promise<readonly StoredReport[]>;
  abstract report(
    id: string,
  ): Promise<
    (StoredReport & { readonly head: ReportHead; readonly firstDropped: readonly DroppedRow[] }) | null
  >;
  /** What each reporter saw published, by its latest counted report about the domain that came since. */
  abstract published(domain: string, since: Instant): Promise<readonly SeenPolicy[]>;
  /** Records in their order, after the place of one (0: from the first), as long as they are kept. */
  abstract records(
    id: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly ReportRecord[]>;
  /** Signatures on the mail of some Author Domains, by counted reports of some reporters. */
  abstract signedMail(query: SignedMailQuery): Promise<readonly SignedMail[]>;
  /** Most reports first. */
  abstract unenrolled(limit: number): Promise<readonly UnenrolledDomain[]>;

  /** Mail of these outcomes, newest first, with its reason. */
  abstract mails(outcomes: readonly MailOutcome[], limit: number): Promise<readonly StoredMail[]>;
  /**
   * Mail whose original is kept and in which something could not be read, or told of days to come, or whose reports do
   * not count since DNS did not answer for its key, in the order of arrival, after an id.
   */
  abstract unreadable(
    after: string | null,
    limit: number,
  ): Promise<
    readonly (StoredMail & {
      readonly folder: string | null;
      readonly position: MailPosition | null;
      readonly original: Uint8Array;
    })[]
  >;
  /** Mail of mailboxes that was too large to be fetched, in the order of arrival, after an id. */
  abstract unfetched(after: string | null, limit: number): Promise<readonly UnfetchedMail[]>;
  /** Forgets mails in which there was no report: they will come anew. */
  abstract forgetMails(ids: readonly string[]): Promise<void>;
  /** Makes room for the months to come, and forgets what is older than the cut-offs. */
  abstract tidy(now: Instant, cutoffs: RetentionCutoffs): Promise<Forgotten>;
}
