import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { REPORT_LIMITS } from './limits.js';
import { openingTag, type Feedback } from './walk-feedback.js';
import { readRecord } from './read-record.js';
import type { DroppedRow, ReportRecord } from './report.js';
import { child, children, type XmlElement } from './xml-element.js';

/** Characters. Nine of ten reports are smaller; for a large one the parser takes six times as long as the walk. */
const LARGEST = 8_000;

/**
 * Reads the `<feedback>` element of a well-formed document of up to 8,000 characters by a full XML parser. Null when
 * it is larger, not well-formed, or has none at its root: `walkFeedback` then saves what it can. Throws a RangeError
 * when it is over a limit.
 */
export function parseFeedback(xml: string): Feedback | null {
  if (xml.length > LARGEST) return null;
  const tag = openingTag(xml);
  // The parser takes truncated and mis-nested documents without a word: they are told by its validator alone.
  if (tag === null || !isWellFormed(xml)) return null;
  const feedback = child(rootOf(xml), 'feedback');
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
function rootOf(xml: string): XmlElement | undefined {
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    removeNSPrefix: true,
    parseTagValue: false,
    htmlEntities: true, // without it `&#252;` stays as written
    trimValues: false,
    maxNestedTags: REPORT_LIMITS.nesting,
    preserveOrder: true, // our elements are made from its lists at once, and no objects by name between
    jPath: false, // nobody asks for the path of each element
  });
  try {
    return toElement('', parser.parse(xml));
  } catch {
    return undefined;
  }
}

/** From a list of objects with one key each: a name that holds such a list, or `#text` that holds a text. */
function toElement(name: string, nodes: unknown): XmlElement {
  const children: XmlElement[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? nodes : []) {
    for (const [key, value] of Object.entries(Object(node))) {
      if (key === '#text') text += String(value);
      else children.push(toElement(key, value));
    }
  }
  return { name, text, children };
}
