import { detectSchema } from './detect-schema.js';
import { LATEST_END, LONGEST_SPAN, REPORT_LIMITS } from './limits.js';
import { readWholeNumber } from './read-numbers.js';
import { parseFeedback } from './parse-feedback.js';
import { readPolicy } from './read-policy.js';
import type { DroppedRow, ReadOutcome } from './report.js';
import { walkFeedback, type Feedback } from './walk-feedback.js';
import { child, textOf, textOrNull } from './xml-element.js';

/**
 * Reads an aggregate report (RFC 9990 3.1, or RFC 7489 7.2 and appendix C), with any namespace or none. Tolerant of
 * what reporters really write: rows that can't be read are dropped and counted, and what is readable of a damaged
 * document is kept; both make it `partial`. Never throws; the reasons are for people.
 */
export function readReport(xml: string): ReadOutcome {
  const refusal = refusalOf(xml);
  if (refusal !== null) return rejected(refusal);
  try {
    const feedback = parseFeedback(xml) ?? walkFeedback(xml);
    if (feedback === null) return rejected('no <feedback> element: not a DMARC aggregate report');
    return readFeedback(feedback);
  } catch (error) {
    if (error instanceof RangeError) return rejected(error.message);
    throw error;
  }
}

/** What to tell people whose report is JSON: most of these are TLS reports, which come to the same mailboxes. */
export function reasonAgainstJson(text: string): string {
  return /"(?:policies|organization-name)"/.test(text.slice(0, 4096))
    ? 'a TLS report (RFC 8460), not a DMARC aggregate report'
    : 'JSON, not a DMARC aggregate report';
}

/** What needs no reader to be refused. */
function refusalOf(xml: string): string | null {
  if (xml.length > REPORT_LIMITS.documentLength) {
    return `the document is longer than ${REPORT_LIMITS.documentLength} characters`;
  }
  const start = xml.slice(0, 4096).replace(/^[\uFEFF\s\0]+/, '');
  if (start === '') return 'the document is empty';
  if (start.startsWith('{') || start.startsWith('[')) return reasonAgainstJson(start);
  // RFC 9990 has no use for one, and entities are how XML bombs are built.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return 'the document has a DOCTYPE, which no report needs';
  return null;
}

function readFeedback(feedback: Feedback): ReadOutcome {
  const { metadata, records, damage } = feedback;
  if (damage !== null && records.length === 0) return rejected(`nothing can be saved: ${damage}`);
  const orgName = textOf(metadata, 'org_name');
  const email = textOrNull(metadata, 'email');
  const reportId = textOf(metadata, 'report_id');
  if (orgName === '' && email === null) return rejected('report_metadata names no reporter (org_name)');
  if (reportId === '') return rejected('report_metadata has no report_id');

  const range = child(metadata, 'date_range');
  const begin = readWholeNumber(textOf(range, 'begin'));
  const end = readWholeNumber(textOf(range, 'end'));
  if (begin === null) return rejected('date_range/begin is missing or no number of seconds');
  if (end === null) return rejected('date_range/end is missing or no number of seconds');
  const trouble = troubleWithTimes(begin, end);
  if (trouble !== null) return rejected(trouble);

  const policy = readPolicy(feedback.policy);
  if (policy === null) return rejected('policy_published names no domain');
  const schema = detectSchema(feedback);
  const dropped = droppedRows(feedback);
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

function troubleWithTimes(begin: number, end: number): string | null {
  // Equal is what some write who mean a whole day.
  if (begin > end) return 'date_range ends before it begins';
  // A time long gone does no harm, since no window reaches back to it; zero is one that was never set.
  if (begin === 0 || end > LATEST_END) return 'date_range lies outside the years 1970 to 2100';
  if (end - begin > LONGEST_SPAN) return 'date_range spans more than four years';
  return null;
}

/** With one more for what damage has cost, since nobody knows how many those were. */
function droppedRows({ records, dropped, damage }: Feedback): readonly DroppedRow[] {
  if (damage === null) return dropped;
  return [
    ...dropped,
    { row: records.length + dropped.length + 1, reason: `${damage}: what follows is lost` },
  ];
}

function rejected(reason: string): ReadOutcome {
  return { status: 'rejected', reason };
}
