import type { Authenticity } from '../core/report/authenticity.js';
import type { AggregateReport } from '../core/report/report.js';
import type { Arrival } from '../core/evidence/reporting-days.js';
import type { Cell } from '../core/evidence/cell.js';
import type { Day, Instant } from '../core/instant.js';
import type { MailPosition } from './report-mailbox.js';

/** One report that was read, with what is to be counted from it. */
export interface IncomingReport {
  readonly inner: string;
  readonly report: AggregateReport;
  readonly status: 'accepted' | 'partial';
  readonly authenticity: Authenticity;
  /** The authenticated domain, else the claimed one. */
  readonly reporter: string;
  /** SHA-256 of the payload, hex: tells the same report from a sibling. */
  readonly contentHash: string;
  readonly cells: readonly Cell[];
}

/** Everything that one mail or file brought: stored in one transaction. */
export interface Delivery {
  /** Mailbox name, `upload`, or `import`. */
  readonly origin: string;
  readonly position: MailPosition | null;
  readonly messageId: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  readonly receivedAt: Instant;
  readonly outcome: 'report' | 'not-a-report';
  /** Why it is no report, or what was refused in it; null when all is well. */
  readonly reason: string | null;
  readonly reports: readonly IncomingReport[];
}

/** `duplicate`: seen before, changed nothing. `sibling`: same key, other content; the largest counts. */
export type StoredAs = 'new' | 'duplicate' | 'sibling';

export interface StoredReport {
  readonly id: string;
  readonly orgName: string;
  readonly reporter: string;
  readonly reportId: string;
  readonly domain: string;
  readonly begin: number;
  readonly end: number;
  readonly status: 'accepted' | 'partial';
  readonly records: number;
  readonly messages: number;
  readonly dkimPass: number;
  readonly spfPass: number;
  readonly dmarcPass: number;
  readonly dropped: number;
  readonly authenticity: Authenticity;
  /** Whether its numbers count: authenticated, and the largest of its siblings. */
  readonly counted: boolean;
  readonly receivedAt: Instant;
}

export interface StoredMail {
  readonly origin: string;
  readonly messageId: string | null;
  readonly from: string | null;
  readonly subject: string | null;
  readonly receivedAt: Instant;
  readonly outcome: 'report' | 'not-a-report';
  readonly reason: string | null;
}

export interface MailboxProgress {
  readonly mailbox: string;
  /** All mail up to here is stored; null: nothing yet. */
  readonly position: MailPosition | null;
  readonly reports: number;
  readonly notReports: number;
  readonly lastMailAt: Instant | null;
}

export abstract class EvidenceStore {
  /** One transaction: mail, reports, cells and the mailbox position. Answers in the order of `delivery.reports`. */
  abstract store(
    delivery: Delivery,
  ): Promise<readonly { readonly id: string; readonly storedAs: StoredAs }[]>;
  /** Counted cells of reports about a domain for days from `from` on, summed over reports. */
  abstract cells(domain: string, from: Day): Promise<readonly Cell[]>;
  /** When the first counted report of each reporter about each of these days came. */
  abstract arrivals(domain: string, from: Day): Promise<readonly Arrival[]>;
  /** When the latest counted report about a domain came; null: never. */
  abstract lastReportAt(domain: string): Promise<Instant | null>;
  /** Newest first; `domain` null: all. */
  abstract reports(query: {
    readonly domain: string | null;
    readonly limit: number;
  }): Promise<readonly StoredReport[]>;
  abstract report(id: string): Promise<(StoredReport & { readonly report: AggregateReport }) | null>;
  /** Mail that was no report, newest first, with its reason. */
  abstract notReports(limit: number): Promise<readonly StoredMail[]>;
  abstract progress(mailbox: string): Promise<MailboxProgress>;
}
