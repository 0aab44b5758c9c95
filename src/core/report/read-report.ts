import type { ReadOutcome, ReportRecord } from './report.js';
import { ReportReader } from './report-reader.js';

/** Reads a whole document at once, as ReportReader does; of dropped rows the report has the first 100. */
export function readReport(xml: string): ReadOutcome {
  const records: ReportRecord[] = [];
  const reader = new ReportReader({ open: () => {}, take: (record) => records.push(record) });
  reader.push(xml);
  const end = reader.end();
  if (end.status === 'rejected') return end;
  return { status: end.status, report: { ...end.head, records, dropped: end.firstDropped } };
}
