import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { REPORT_LIMITS } from './limits.js';
import { openingTag, type Feedback } from './walk-feedback.js';
import { readRecord } from './read-record.js';
import type { DroppedRow, ReportRecord } from './report.js';
import { children, type XmlElement } from './xml-element.js';

/** Nearly all reports are smaller; for a larger one the parser would take seconds and many times its size in memory. */
const LARGEST = 1_000_000;
const NO_CHILDREN: XmlElement['children'] = new Map();

/**
 * Reads the `<feedback>` element of a well-formed document of up to a million characters by a full XML parser. Null when
 * it is larger, not well-formed, or has none at its root: `walkFeedback` then saves what it can. Throws a RangeError
 * when it is over a limit.
 */
export function parseFeedback(xml: string): Feedback | null {
  const tag = openingTag(xml);
  // The parser takes truncated and mis-nested documents without a word: they are told by its validator alone.
  if (tag === null || xml.length > LARGEST || !isWellFormed(xml)) return null;
  const feedback = rootOf(xml)?.children.get('feedback')?.[0];
  if (feedback === undefined) return null;
  const rows = children(feedback, 'record');
  if (rows.length > REPORT_LIMITS.rows) throw new RangeError(`more than ${REPORT_LIMITS.rows} records`);
  const records: ReportRecord[] = [];
  const dropped: DroppedRow[] = [];
  rows.forEach((element, index) => {
    const outcome = readRecord(element);
    if (outcome.kind === 'record') records.push(outcome.record);
    else dropped.push({ row: index + 1, reason: outcome.reason });
  });
  const metadata = children(feedback, 'report_metadata')[0];
  const policy = children(feedback, 'policy_published')[0];
  return { tag, metadata, policy, records, dropped, damage: null };
}

function isWellFormed(xml: string): boolean {
  try {
    return XMLValidator.validate(xml, { allowBooleanAttributes: true }) === true;
  } catch {
    return false;
  }
}

/** The document by local names; all values stay text, since ids look like numbers (`1e5`, `007`, 20 digits). */
function rootOf(xml: string): XmlElement | null {
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    parseTagValue: false,
    htmlEntities: true, // without it `&#252;` stays as written
    trimValues: false,
    maxNestedTags: REPORT_LIMITS.nesting,
  });
  try {
    return toElement(parser.parse(xml));
  } catch {
    return null;
  }
}

function toElement(value: unknown): XmlElement {
  if (typeof value === 'string') return { text: value, children: NO_CHILDREN };
  if (typeof value !== 'object' || value === null) return { text: '', children: NO_CHILDREN };
  const found = new Map<string, readonly XmlElement[]>();
  let text = '';
  for (const [name, inner] of Object.entries(value)) {
    if (name === '#text') text = String(inner);
    else found.set(name, Array.isArray(inner) ? inner.map(toElement) : [toElement(inner)]);
  }
  return { text, children: found };
}
