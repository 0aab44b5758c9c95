import type { Policy } from '../record/policy.js';

/** Which standard a report follows: RFC 7489 appendix C, or RFC 9990 appendix A. */
export type ReportSchema = 'rfc7489' | 'rfc9990';

/** A result as read: lower-cased and trimmed; a word that neither RFC knows stays as it is and is never a pass. */
export type ResultWord = string;

export interface DkimResult {
  /** The signing domain, `d=`. */
  readonly domain: string;
  readonly selector: string | null;
  readonly result: ResultWord;
}

export interface SpfResult {
  readonly domain: string;
  readonly scope: 'mfrom' | 'helo' | null;
  readonly result: ResultWord;
}

/** Why a receiver treated mail otherwise than the policy asked (RFC 9990 3.1.1.9). */
export interface OverrideReason {
  readonly type: string;
  readonly comment: string | null;
}

/** One `<record>`: so many messages from one address with one outcome. */
export interface ReportRecord {
  /** Canonical IPv4 or IPv6 text; IPv4-mapped addresses are IPv4. */
  readonly sourceIp: string;
  /** Messages; 1 to 10^9. */
  readonly count: number;
  /** What the receiver did; says nothing about passing. */
  readonly disposition: ResultWord;
  /** `policy_evaluated`: whether DKIM and SPF passed and were aligned. */
  readonly dkim: ResultWord;
  readonly spf: ResultWord;
  readonly reasons: readonly OverrideReason[];
  /** The Author Domain: lower case, no trailing dot. */
  readonly headerFrom: string;
  readonly envelopeFrom: string | null;
  readonly envelopeTo: string | null;
  readonly dkimResults: readonly DkimResult[];
  readonly spfResults: readonly SpfResult[];
}

/** `policy_published`: the record that the receiver saw. */
export interface PublishedPolicy {
  readonly domain: string;
  readonly p: Policy | null;
  readonly sp: Policy | null;
  readonly np: Policy | null;
  readonly pct: number | null;
  readonly adkim: 'r' | 's';
  readonly aspf: 'r' | 's';
  readonly testing: boolean | null;
}

/** A row that could not be read; the other rows of its report stay. */
export interface DroppedRow {
  /** 1 for the first `<record>`. */
  readonly row: number;
  readonly reason: string;
}

/** All of a report but its rows. */
export interface ReportHead {
  readonly schema: ReportSchema;
  readonly orgName: string;
  readonly email: string | null;
  readonly reportId: string;
  /** Seconds since the epoch, UTC, as the report gives them. */
  readonly begin: number;
  readonly end: number;
  readonly policy: PublishedPolicy;
}

/** What the rows add up to, by the report's own word (`policy_evaluated`): messages, but for `records`. */
export interface ReportTotals {
  readonly records: number;
  readonly messages: number;
  readonly dkimPass: number;
  readonly spfPass: number;
  readonly dmarcPass: number;
}

export interface AggregateReport extends ReportHead {
  readonly records: readonly ReportRecord[];
  readonly dropped: readonly DroppedRow[];
}

/** What came of reading one payload. `partial`: some rows were dropped. */
export type ReadOutcome =
  | { readonly status: 'accepted' | 'partial'; readonly report: AggregateReport }
  | { readonly status: 'rejected'; readonly reason: string };
