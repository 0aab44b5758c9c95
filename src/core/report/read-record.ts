import { REPORT_LIMITS } from './limits.js';
import { readAddress, readDomain } from './read-names.js';
import { readWholeNumber } from './read-numbers.js';
import type { DkimResult, OverrideReason, ReportRecord, SpfResult } from './report.js';
import { readResultWord } from './result-words.js';
import { child, children, remarkOf, textOf, textOrNull, type XmlElement } from './xml-element.js';

/** A record, or why the row had to be dropped. */
export type RecordOutcome =
  | { readonly kind: 'record'; readonly record: ReportRecord }
  | { readonly kind: 'dropped'; readonly reason: string };

/**
 * One `<record>` (RFC 9990 3.1.1.7 to 3.1.1.10). A row needs a source address, a count and an Author Domain; all else
 * may be missing and is then an empty word, an empty list or null.
 */
export function readRecord(element: XmlElement): RecordOutcome {
  try {
    return readFields(element);
  } catch (error) {
    if (error instanceof RangeError) return dropped(error.message);
    throw error;
  }
}

function readFields(element: XmlElement): RecordOutcome {
  const row = child(element, 'row');
  // `identities` is what drafts before RFC 7489 called it; one reporter still does.
  const identifiers = child(element, 'identifiers') ?? child(element, 'identities');
  const evaluated = child(row, 'policy_evaluated');

  const sourceIp = readAddress(textOf(row, 'source_ip'));
  if (sourceIp === null) return dropped('source_ip is missing or no IP address');
  const count = readWholeNumber(textOf(row, 'count'));
  if (count === null) return dropped('count is missing or no whole number');
  if (count < 1 || count > REPORT_LIMITS.messagesPerRow) {
    return dropped(`count is not between 1 and ${REPORT_LIMITS.messagesPerRow}`);
  }
  const headerFrom = readDomain(textOf(identifiers, 'header_from'));
  if (headerFrom === null) return dropped('header_from is missing or no domain name');

  const record = {
    sourceIp,
    count,
    disposition: readResultWord(textOf(evaluated, 'disposition')),
    dkim: readResultWord(textOf(evaluated, 'dkim')),
    spf: readResultWord(textOf(evaluated, 'spf')),
    reasons: atMost(children(evaluated, 'reason'), 'reasons').map(readReason),
    headerFrom,
    envelopeFrom: textOrNull(identifiers, 'envelope_from')?.toLowerCase() ?? null,
    envelopeTo: textOrNull(identifiers, 'envelope_to')?.toLowerCase() ?? null,
    dkimResults: authResults(element, 'dkim').map(readDkimResult),
    spfResults: authResults(element, 'spf').map(readSpfResult),
  } satisfies ReportRecord;
  return { kind: 'record', record };
}

/** Results with something in them; an empty `<spf/>` says the same as none. */
function authResults(element: XmlElement, name: 'dkim' | 'spf'): readonly XmlElement[] {
  const found: XmlElement[] = [];
  for (const results of element.children) {
    if (results.name === 'auth_results') found.push(...children(results, name));
  }
  return atMost(found, `${name} results`).filter(hasContent);
}

function hasContent(element: XmlElement): boolean {
  return element.children.length > 0;
}

function readDkimResult(element: XmlElement): DkimResult {
  return {
    domain: domainText(element),
    selector: textOrNull(element, 'selector')?.toLowerCase() ?? null,
    result: readResultWord(textOf(element, 'result')),
  };
}

function readSpfResult(element: XmlElement): SpfResult {
  const scope = textOf(element, 'scope').toLowerCase();
  return {
    domain: domainText(element),
    scope: scope === 'mfrom' || scope === 'helo' ? scope : null,
    result: readResultWord(textOf(element, 'result')),
  };
}

/** The canonical name; one that is no name stays as it came (some reporters leave it empty), and aligns with nothing. */
function domainText(element: XmlElement): string {
  const text = textOf(element, 'domain');
  return readDomain(text) ?? text.toLowerCase();
}

function readReason(element: XmlElement): OverrideReason {
  return { type: textOf(element, 'type').toLowerCase(), comment: remarkOf(element, 'comment') };
}

function atMost(elements: readonly XmlElement[], what: string): readonly XmlElement[] {
  if (elements.length <= REPORT_LIMITS.resultsPerRow) return elements;
  throw new RangeError(`more than ${REPORT_LIMITS.resultsPerRow} ${what}`);
}

function dropped(reason: string): RecordOutcome {
  return { kind: 'dropped', reason };
}
