import { MOST_MESSAGES } from './limits.js';
import { lowerOrNull, type PartValues } from './part-values.js';
import type { DkimResult, OverrideReason, ReportRecord, SpfResult } from './report.js';
import * as places from './report-places.js';
import type { Value } from './read-value.js';

/** What a record has several of, in document order; each list with the first reason why it can't be read. */
export interface RecordLists {
  readonly reasons: ReadList<OverrideReason>;
  readonly dkim: ReadList<DkimResult>;
  readonly spf: ReadList<SpfResult>;
}

export interface ReadList<Item> {
  readonly items: readonly Item[];
  readonly fault: string | null;
}

/**
 * One `<record>` (RFC 9990 3.1.1.7 to 3.1.1.10), or why the row has to be dropped. A row needs a source address, a
 * count and an Author Domain; all else may be missing and is then an empty word, an empty list or null.
 */
export function readRecord(values: PartValues, lists: RecordLists): ReportRecord | string {
  try {
    return readFields(values, lists);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function readFields(values: PartValues, { reasons, dkim, spf }: RecordLists): ReportRecord | string {
  const sourceIp = values.at(places.SOURCE_IP).address;
  if (sourceIp === null) return 'source_ip is missing or no IP address';
  const count = values.at(places.COUNT).count;
  if (count === null) return 'count is missing or no whole number';
  if (count < 1 || count > MOST_MESSAGES) return `count is not between 1 and ${MOST_MESSAGES}`;
  const identifiers = values.has(places.IDENTIFIERS.part) ? places.IDENTIFIERS : places.IDENTITIES;
  const headerFrom = values.at(identifiers.headerFrom).domain;
  if (headerFrom === null) return 'header_from is missing or no domain name';

  const disposition = values.at(places.DISPOSITION).word;
  const evaluatedDkim = values.at(places.EVALUATED_DKIM).word;
  const evaluatedSpf = values.at(places.EVALUATED_SPF).word;
  const envelopeFrom = lowerOrNull(values.at(identifiers.envelopeFrom));
  const envelopeTo = lowerOrNull(values.at(identifiers.envelopeTo));
  const fault = reasons.fault ?? dkim.fault ?? spf.fault;
  if (fault !== null) return fault;
  return {
    sourceIp,
    count,
    disposition,
    dkim: evaluatedDkim,
    spf: evaluatedSpf,
    reasons: reasons.items,
    headerFrom,
    envelopeFrom,
    envelopeTo,
    dkimResults: dkim.items,
    spfResults: spf.items,
  };
}

/** Throws a RangeError when a value is too long, as the others do. */
export function readDkimResult(values: PartValues): DkimResult {
  return {
    domain: domainText(values.at(places.DKIM_DOMAIN)),
    selector: lowerOrNull(values.at(places.DKIM_SELECTOR)),
    result: values.at(places.DKIM_RESULT).word,
  };
}

export function readSpfResult(values: PartValues): SpfResult {
  const scope = values.at(places.SPF_SCOPE).lower;
  return {
    domain: domainText(values.at(places.SPF_DOMAIN)),
    scope: scope === 'mfrom' || scope === 'helo' ? scope : null,
    result: values.at(places.SPF_RESULT).word,
  };
}

export function readReason(values: PartValues): OverrideReason {
  return { type: values.at(places.REASON_TYPE).lower, comment: values.remarkAt(places.REASON_COMMENT) };
}

/** The canonical name; one that is no name stays as it came (some reporters leave it empty), and aligns with nothing. */
function domainText(value: Value): string {
  return value.domain ?? value.lower;
}
