import { EntitySchema } from 'typeorm';
import type { Day } from '../../core/instant.js';
import type { DroppedRow, ReportHead } from '../../core/report/report.js';
import type { StoredReport } from '../../ports/evidence-store.js';
import { foreignTextColumn, instantColumn, jsonColumn, wholeNumberColumn } from '../column-values.js';

/** A report without its rows; siblings (same key, other content) are entries of their own. */
export interface ReportEntry extends StoredReport {
  readonly mailId: string;
  /** SHA-256 over reporter, policy domain, report_id, begin and end: foreign text may be too long for an index. */
  readonly reportKey: string;
  readonly contentHash: string;
  /** Name of the attachment or archive entry. */
  readonly inner: string;
  readonly authenticated: boolean;
  /** The day it is about; null: it stays out of the daily numbers. */
  readonly day: Day | null;
  /** Selected only when asked for, like the next. */
  readonly head: ReportHead;
  readonly firstDropped: readonly DroppedRow[];
}

export const ReportSchema = new EntitySchema<ReportEntry>({
  name: 'report',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', primaryKeyConstraintName: 'report_pkey' },
    mailId: { type: 'bigint', name: 'mail_id' },
    reportKey: { type: 'text', name: 'report_key' },
    contentHash: { type: 'text', name: 'content_hash' },
    inner: { type: 'text', transformer: foreignTextColumn },
    reporter: { type: 'text' },
    domain: { type: 'text' },
    orgName: { type: 'text', name: 'org_name', transformer: foreignTextColumn },
    reportId: { type: 'text', name: 'report_id', transformer: foreignTextColumn },
    begin: { type: 'bigint', transformer: wholeNumberColumn },
    end: { type: 'bigint', transformer: wholeNumberColumn },
    status: { type: 'text' },
    records: { type: 'integer' },
    messages: { type: 'bigint', transformer: wholeNumberColumn },
    dkimPass: { type: 'bigint', name: 'dkim_pass', transformer: wholeNumberColumn },
    spfPass: { type: 'bigint', name: 'spf_pass', transformer: wholeNumberColumn },
    dmarcPass: { type: 'bigint', name: 'dmarc_pass', transformer: wholeNumberColumn },
    dropped: { type: 'integer' },
    authenticated: { type: 'boolean' },
    authenticity: { type: 'jsonb', transformer: jsonColumn },
    counted: { type: 'boolean' },
    receivedAt: { type: 'timestamptz', name: 'received_at', transformer: instantColumn },
    day: { type: 'date', nullable: true },
    head: { type: 'jsonb', select: false, transformer: jsonColumn },
    firstDropped: { type: 'jsonb', name: 'first_dropped', select: false, transformer: jsonColumn },
  },
  indices: [
    { name: 'report_identity', columns: ['reportKey', 'contentHash'], unique: true },
    { name: 'report_domain', columns: ['domain', 'receivedAt'] },
    { name: 'report_received', columns: ['receivedAt'] },
    { name: 'report_counted', columns: ['domain', 'receivedAt'], where: 'counted' },
    { name: 'report_of_mail', columns: ['mailId'] },
  ],
});
