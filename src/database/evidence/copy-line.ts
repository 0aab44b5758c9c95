import type { Day } from '../../core/instant.js';
import type { Judgement } from '../../core/evidence/judge-record.js';
import type { DkimResult, OverrideReason, ReportRecord, SpfResult } from '../../core/report/report.js';
import { jsonText, storableText } from '../column-values.js';

/** Columns of report_row in the order of a line. */
export const ROW_COLUMNS =
  'report_id, day, ordinal, ip, messages, disposition, dkim, spf, header_from, authenticated_as, passed, ' +
  'dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed, detail';

/** UTF-16 units: longer keys would not fit into an index entry (2,704 bytes), and no name is longer. */
const LONGEST_KEY = 255;

/** What means something to COPY (backslash, tab, line ends), and what PostgreSQL refuses. */
const NEEDS_CARE = /[\\\t\n\r\0\ud800-\udfff]/;
/** Text that COPY and JSON take as it is, and that any column holds. */
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** Text that is part of a key in the daily numbers: storable, and short enough for an index. */
export function keyText(text: string): string {
  return storableText(text.length > LONGEST_KEY ? text.slice(0, LONGEST_KEY) : text);
}

/** One row of a report in the text format of COPY, with its line end. */
export function copyLine(
  place: { readonly reportId: string; readonly day: Day; readonly ordinal: number },
  record: ReportRecord,
  judgement: Judgement,
): string {
  const { sourceIp, count, disposition, dkim, spf, headerFrom } = record;
  const authenticatedAs = judgement.authenticatedAs ?? '';
  const start = `${place.reportId}\t${place.day}\t${place.ordinal}\t`;
  // Almost every row is plain, and one look at all of it costs less than one at each value.
  if (isPlain(record, authenticatedAs))
    return (
      `${start}${sourceIp}\t${count}\t${disposition}\t${dkim}\t${spf}\t${headerFrom}\t${authenticatedAs}\t` +
      `${copyFlags(judgement)}\t${plainDetail(record)}\n`
    );
  return (
    `${start}${copyText(sourceIp)}\t${count}\t${copyText(disposition)}\t${copyText(dkim)}\t${copyText(spf)}\t` +
    `${copyText(keyText(headerFrom))}\t${copyText(keyText(authenticatedAs))}\t` +
    `${copyFlags(judgement)}\t${copyText(detailOf(record))}\n`
  );
}

/** A text in the text format of COPY. */
export function copyText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return storableText(text).replaceAll(/[\\\t\n\r]/g, escapeOne);
}

/** A line of columns of any kind; objects are JSON. */
export function copyColumns(values: readonly unknown[]): string {
  return `${values.map(copyValue).join('\t')}\n`;
}

function copyValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return copyText(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? '\\N' : copyText(jsonText(value) ?? '');
    case 'undefined':
    case 'function':
    case 'symbol':
      return '\\N';
  }
}

function escapeOne(character: string): string {
  return ESCAPES.get(character) ?? character;
}

function copyFlags(judgement: Judgement): string {
  return (
    `${flag(judgement.passed)}\t${flag(judgement.dkimAligned)}\t${flag(judgement.spfAligned)}\t` +
    `${flag(judgement.forwarded)}\t${flag(judgement.brokenSignature)}\t${flag(judgement.indirect)}\t` +
    flag(judgement.disputed)
  );
}

function flag(is: boolean): 't' | 'f' {
  return is ? 't' : 'f';
}

/** Whether all text of a row can be written as it is. */
function isPlain(record: ReportRecord, authenticatedAs: string): boolean {
  const { headerFrom } = record;
  if (headerFrom.length > LONGEST_KEY || authenticatedAs.length > LONGEST_KEY) return false;
  let text = record.sourceIp + record.disposition + record.dkim + record.spf + headerFrom + authenticatedAs;
  if (record.envelopeFrom !== null) text += record.envelopeFrom;
  if (record.envelopeTo !== null) text += record.envelopeTo;
  for (const { type, comment } of record.reasons) text += comment === null ? type : type + comment;
  for (const { domain, selector, result } of record.dkimResults) text += domain + (selector ?? '') + result;
  for (const { domain, result } of record.spfResults) text += domain + result;
  return PLAIN.test(text);
}

/** What is only given back whole, as JSON without what is empty. */
function detailOf(record: ReportRecord): string {
  const { envelopeFrom, envelopeTo, reasons, dkimResults, spfResults } = record;
  const detail = {
    envelopeFrom: envelopeFrom ?? undefined,
    envelopeTo: envelopeTo ?? undefined,
    reasons: reasons.length > 0 ? reasons : undefined,
    dkimResults: dkimResults.length > 0 ? dkimResults : undefined,
    spfResults: spfResults.length > 0 ? spfResults : undefined,
  };
  return jsonText(detail) ?? '';
}

/** The same of a plain row, which is far quicker by hand. */
function plainDetail({ envelopeFrom, envelopeTo, reasons, dkimResults, spfResults }: ReportRecord): string {
  let text = '';
  if (envelopeFrom !== null) text += `,"envelopeFrom":"${envelopeFrom}"`;
  if (envelopeTo !== null) text += `,"envelopeTo":"${envelopeTo}"`;
  if (reasons.length > 0) text += `,"reasons":[${listed(reasons, plainReason)}]`;
  if (dkimResults.length > 0) text += `,"dkimResults":[${listed(dkimResults, plainDkim)}]`;
  if (spfResults.length > 0) text += `,"spfResults":[${listed(spfResults, plainSpf)}]`;
  return `{${text.slice(1)}}`;
}

/** One item, mostly. */
function listed<Item>(items: readonly Item[], write: (item: Item) => string): string {
  let text = '';
  for (const item of items) text += text === '' ? write(item) : `,${write(item)}`;
  return text;
}

function plainReason({ type, comment }: OverrideReason): string {
  return `{"type":"${type}","comment":${plainOrNull(comment)}}`;
}

function plainDkim({ domain, selector, result }: DkimResult): string {
  return `{"domain":"${domain}","selector":${plainOrNull(selector)},"result":"${result}"}`;
}

function plainSpf({ domain, scope, result }: SpfResult): string {
  return `{"domain":"${domain}","scope":${plainOrNull(scope)},"result":"${result}"}`;
}

function plainOrNull(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}
