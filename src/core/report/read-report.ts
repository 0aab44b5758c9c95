import type { ReadOutcome, ReportRecord } from './report.js';
import { ReportReader, withLoss } from './report-reader.js';
import { leftBehind } from './walk-feedback.js';

/**
 * Reads the first report of a whole document at once, as ReportReader does; of dropped rows it has the first 100. Another
 * one that follows makes it `partial`.
 */
export function readReport(xml: string): ReadOutcome {
  const records: ReportRecord[] = [];
  const reader = new ReportReader({ open: () => {}, take: (record) => records.push(record) });
  reader.push(xml);
  const first = reader.end();
  const end = reader.rest === null ? first : withLoss(first, leftBehind('another report'));
  if (end.status === 'rejected') return end;
  return { status: end.status, report: { ...end.head, records, dropped: end.firstDropped } };
}
