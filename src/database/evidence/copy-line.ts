import type { Day } from '../../core/instant.js';
import type { Judgement } from '../../core/evidence/judge-record.js';
import type { ReportRecord } from '../../core/report/report.js';
import { storableJson, storableText } from '../column-values.js';

/** Columns of report_row in the order of a line. */
export const ROW_COLUMNS =
  'report_id, day, ordinal, ip, messages, disposition, dkim, spf, header_from, authenticated_as, passed, ' +
  'dkim_aligned, spf_aligned, forwarded, broken_signature, indirect, disputed, detail';

/** UTF-16 units: longer keys would not fit into an index entry (2,704 bytes), and no name is longer. */
const LONGEST_KEY = 255;

/** What means something to COPY (backslash, tab, line ends), and what PostgreSQL refuses. */
const NEEDS_CARE = /[\\\t\n\r\0\ud800-\udfff]/;
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
  return (
    `${place.reportId}\t${place.day}\t${place.ordinal}\t${copyText(record.sourceIp)}\t${record.count}\t` +
    `${copyText(record.disposition)}\t${copyText(record.dkim)}\t${copyText(record.spf)}\t` +
    `${copyText(keyText(record.headerFrom))}\t${copyText(keyText(judgement.authenticatedAs ?? ''))}\t` +
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
      return value === null ? '\\N' : copyText(JSON.stringify(storableJson(value)));
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
  const text = JSON.stringify(detail);
  return /\\u0000|\\ud[89a-f]/i.test(text) ? JSON.stringify(storableJson(detail)) : text;
}
