import { LATEST_END, LONGEST_SPAN, REPORT_LIMITS } from './limits.js';
import { mendXml } from './mend-xml.js';
import { readWholeNumber } from './read-numbers.js';
import { readPolicy } from './read-policy.js';
import { readRecord } from './read-record.js';
import type { DroppedRow, ReadOutcome, ReportRecord } from './report.js';
import { detectSchema } from './schema-of-report.js';
import { child, children, hasChildren, textOf, textOrNull } from './xml-element.js';
import { parseXml } from './xml-document.js';

/**
 * Reads an aggregate report (RFC 9990 3.1, or RFC 7489 7.2 and appendix C), with any namespace or none. Tolerant of
 * what reporters really write: rows that can't be read are dropped and counted, and what is readable of a damaged
 * document is kept; both make it `partial`. Never throws; the reasons are for people.
 */
export function readReport(xml: string): ReadOutcome {
  const text = xml.replace(/^[\uFEFF\s\0]+/, '');
  const refusal = refusalOf(text);
  if (refusal !== null) return rejected(refusal);
  const found = findFeedback(text);
  if (found.kind === 'none') return rejected(found.reason);
  try {
    return readFeedback(found, text);
  } catch (error) {
    if (error instanceof RangeError) return rejected(error.message);
    throw error;
  }
}

/** What needs no parser to be refused. */
function refusalOf(text: string): string | null {
  if (text === '') return 'the document is empty';
  if (text.length > REPORT_LIMITS.documentLength) {
    return `the document is longer than ${REPORT_LIMITS.documentLength} characters`;
  }
  if (text.startsWith('{') || text.startsWith('[')) return reasonAgainstJson(text);
  // RFC 9990 has no use for one, and entities are how XML bombs are built.
  if (/<!DOCTYPE/i.test(text)) return 'the document has a DOCTYPE, which no report needs';
  if (/<!ENTITY/i.test(text)) return 'the document declares entities, which no report needs';
  return null;
}

/** What to tell people whose report is JSON: most of these are TLS reports, which come to the same mailboxes. */
export function reasonAgainstJson(text: string): string {
  return /"(?:policies|organization-name)"/.test(text.slice(0, 4096))
    ? 'a TLS report (RFC 8460), not a DMARC aggregate report'
    : 'JSON, not a DMARC aggregate report';
}

type Found =
  | { readonly kind: 'feedback'; readonly feedback: unknown; readonly truncated: boolean }
  | { readonly kind: 'none'; readonly reason: string };

function findFeedback(text: string): Found {
  const whole = parseXml(text);
  if (whole.kind === 'document') return feedbackIn(whole.document, { truncated: false });
  const mended = mendXml(text);
  const parsed = mended === null ? whole : parseXml(mended.xml);
  if (mended !== null && parsed.kind === 'document') return feedbackIn(parsed.document, mended);
  return { kind: 'none', reason: `not well-formed XML: ${whole.reason}` };
}

/** The `<feedback>` element: the root, or wrapped in one other element. */
function feedbackIn(document: unknown, options: { readonly truncated: boolean }): Found {
  const roots = hasChildren(document) ? Object.values(document) : [];
  const feedback =
    child(document, 'feedback') ?? roots.map((root) => child(root, 'feedback')).find(isPresent);
  if (feedback === undefined)
    return { kind: 'none', reason: 'no <feedback> element: not a DMARC aggregate report' };
  return { kind: 'feedback', feedback, truncated: options.truncated };
}

function isPresent(value: unknown): boolean {
  return value !== undefined;
}

function readFeedback(found: Extract<Found, { kind: 'feedback' }>, text: string): ReadOutcome {
  const { feedback } = found;
  const metadata = child(feedback, 'report_metadata');
  const orgName = textOf(metadata, 'org_name');
  const email = textOrNull(metadata, 'email');
  const reportId = textOf(metadata, 'report_id');
  if (orgName === '' && email === null) return rejected('report_metadata names no reporter (org_name)');
  if (reportId === '') return rejected('report_metadata has no report_id');

  const range = child(metadata, 'date_range');
  const begin = readWholeNumber(textOf(range, 'begin'));
  const end = readWholeNumber(textOf(range, 'end'));
  const timeTrouble = troubleWithTimes(begin, end);
  if (begin === null || end === null || timeTrouble !== null) return rejected(timeTrouble ?? 'no date_range');

  const policy = readPolicy(child(feedback, 'policy_published'));
  if (policy === null) return rejected('policy_published names no domain');
  const rows = children(feedback, 'record');
  if (rows.length > REPORT_LIMITS.rows) return rejected(`more than ${REPORT_LIMITS.rows} records`);

  const { records, dropped } = readRows(rows, found);
  const schema = detectSchema(feedback, text);
  const report = {
    schema,
    orgName: orgName || (email ?? ''),
    email,
    reportId,
    begin,
    end,
    policy,
    records,
    dropped,
  };
  return { status: dropped.length === 0 ? 'accepted' : 'partial', report };
}

function troubleWithTimes(begin: number | null, end: number | null): string | null {
  if (begin === null) return 'date_range/begin is missing or no number of seconds';
  if (end === null) return 'date_range/end is missing or no number of seconds';
  // Equal is what some write who mean a whole day.
  if (begin > end) return 'date_range ends before it begins';
  // A time long gone does no harm, since no window reaches back to it; zero is one that was never set.
  if (begin === 0 || end > LATEST_END) return 'date_range lies outside the years 1970 to 2100';
  if (end - begin > LONGEST_SPAN) return 'date_range spans more than four years';
  return null;
}

interface Rows {
  readonly records: readonly ReportRecord[];
  readonly dropped: readonly DroppedRow[];
}

function readRows(rows: readonly unknown[], options: { readonly truncated: boolean }): Rows {
  const records: ReportRecord[] = [];
  const dropped: DroppedRow[] = [];
  for (const [index, row] of rows.entries()) {
    const outcome = readRecord(row);
    if (outcome.kind === 'record') records.push(outcome.record);
    else dropped.push({ row: index + 1, reason: outcome.reason });
  }
  if (options.truncated) {
    dropped.push({ row: rows.length + 1, reason: 'the document is truncated: what follows is lost' });
  }
  return { records, dropped };
}

function rejected(reason: string): ReadOutcome {
  return { status: 'rejected', reason };
}
