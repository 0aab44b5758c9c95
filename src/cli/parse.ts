import { readFile } from 'node:fs/promises';
import picocolors from 'picocolors';
import { countText } from '../core/amount-text.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import type { ReadEnd, RecordSink } from '../core/report/report-reader.js';
import type { Find, MessageUnpacker } from '../ports/message-unpacker.js';
import { readDocument } from '../workflows/read-document.js';
import { fileTrouble } from './file-trouble.js';
import { harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

interface ParsedReport {
  readonly file: string;
  readonly inner: string;
  readonly status: 'accepted' | 'partial' | 'rejected';
  readonly reason: string | null;
  readonly org: string | null;
  readonly reportId: string | null;
  readonly domain: string | null;
  /** Seconds since the epoch. */
  readonly begin: number | null;
  readonly end: number | null;
  readonly records: number;
  readonly messages: number;
  readonly dkimPass: number;
  readonly spfPass: number;
  readonly dmarcPass: number;
  readonly dropped: number;
}

function readable(
  file: string,
  inner: string,
  end: Exclude<ReadEnd, { readonly status: 'rejected' }>,
): ParsedReport {
  const { status, head, totals, dropped, firstDropped } = end;
  const [first] = firstDropped;
  return {
    file,
    inner,
    status,
    reason: first === undefined ? null : `row ${first.row}: ${first.reason}`,
    org: head.orgName,
    reportId: head.reportId,
    domain: head.policy.domain,
    begin: head.begin,
    end: head.end,
    ...totals,
    dropped,
  };
}

function rejected(file: string, inner: string, reason: string): ParsedReport {
  const nothing = { org: null, reportId: null, domain: null, begin: null, end: null };
  const zero = { records: 0, messages: 0, dkimPass: 0, spfPass: 0, dmarcPass: 0, dropped: 0 };
  return { file, inner, status: 'rejected', reason, ...nothing, ...zero };
}

/** Only the totals are told. */
const PASSED_OVER: RecordSink = { open: () => {}, take: () => {} };

async function parseFile(file: string, unpacker: MessageUnpacker): Promise<readonly ParsedReport[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return [rejected(file, '', `cannot be read: ${fileTrouble(error)}`)];
  }
  const found: ParsedReport[] = [];
  for await (const find of unpacker.unpack(bytes, file).finds) found.push(...(await parseFind(file, find)));
  return found.length === 0 ? [rejected(file, '', 'no aggregate report in it')] : found;
}

async function parseFind(file: string, find: Find): Promise<readonly ParsedReport[]> {
  switch (find.kind) {
    case 'document': {
      const reports = await readDocument(find, { limits: DEFAULT_REPORT_LIMITS, open: () => PASSED_OVER });
      return reports.map(({ inner, end }) =>
        end.status === 'rejected' ? rejected(file, inner, end.reason) : readable(file, inner, end),
      );
    }
    case 'refusal':
      return [rejected(file, find.inner, find.reason)];
    case 'tls-report':
      return [rejected(file, find.inner, 'a TLS report (RFC 8460), no aggregate report')];
    case 'failure-report':
      return [
        rejected(file, find.inner, 'a failure report about single messages (RFC 9991), no aggregate report'),
      ];
  }
}

function utc(seconds: number | null): string {
  return new Date((seconds ?? 0) * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

function describe(report: ParsedReport, colors: ReturnType<typeof picocolors.createColors>): string {
  const place = report.inner === '' ? report.file : `${report.file} (${report.inner})`;
  const where = harmless(place);
  if (report.status === 'rejected')
    return `${where}\n  ${colors.red('rejected')}: ${harmless(report.reason ?? '')}`;
  const failed = report.messages - report.dmarcPass;
  const failText = failed === 1 ? '1 fails DMARC' : `${failed} fail DMARC`;
  const verdict = failed === 0 ? colors.green('all pass DMARC') : colors.yellow(failText);
  const dropped =
    report.dropped === 0
      ? []
      : [colors.yellow(`${countText(report.dropped, 'row')} dropped; ${harmless(report.reason ?? '')}`)];
  return [
    where,
    `${harmless(report.org ?? '')} about ${harmless(report.domain ?? '')}, ${utc(report.begin)} to ${utc(report.end)} UTC, report ${harmless(report.reportId ?? '')}`,
    `${countText(report.messages, 'message')} in ${countText(report.records, 'record')}: ${verdict} (DKIM ${report.dkimPass}, SPF ${report.spfPass}, either ${report.dmarcPass})`,
    ...dropped,
  ].join('\n  ');
}

/** Says what the reports in files hold. 0 when every file gave a report, else 1. */
export async function parseFiles(
  files: readonly string[],
  options: { readonly json: boolean },
  unpacker: MessageUnpacker,
  terminal: Terminal,
): Promise<ExitStatus> {
  const colors = picocolors.createColors(terminal.hasColors);
  let status: ExitStatus = 0;
  for (const file of files) {
    const reports = await parseFile(file, unpacker);
    for (const report of reports) terminal.out(options.json ? jsonLine(report) : describe(report, colors));
    if (reports.every((report) => report.status === 'rejected')) status = 1;
  }
  return status;
}
