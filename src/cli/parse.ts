import { readFile } from 'node:fs/promises';
import picocolors from 'picocolors';
import { readReport } from '../core/report/read-report.js';
import type { AggregateReport, ReportRecord } from '../core/report/report.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
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

function messagesIn(records: readonly ReportRecord[], isCounted: (record: ReportRecord) => boolean): number {
  return records.filter(isCounted).reduce((sum, record) => sum + record.count, 0);
}

function isDkimPass(record: ReportRecord): boolean {
  return record.dkim === 'pass';
}

function isSpfPass(record: ReportRecord): boolean {
  return record.spf === 'pass';
}

function accepted(
  file: string,
  inner: string,
  report: AggregateReport,
  status: 'accepted' | 'partial',
): ParsedReport {
  const { records, dropped } = report;
  const firstDrop = dropped[0];
  return {
    file,
    inner,
    status,
    reason: firstDrop === undefined ? null : `row ${firstDrop.row}: ${firstDrop.reason}`,
    org: report.orgName,
    reportId: report.reportId,
    domain: report.policy.domain,
    begin: report.begin,
    end: report.end,
    records: records.length,
    messages: messagesIn(records, () => true),
    dkimPass: messagesIn(records, isDkimPass),
    spfPass: messagesIn(records, isSpfPass),
    dmarcPass: messagesIn(records, (record) => isDkimPass(record) || isSpfPass(record)),
    dropped: dropped.length,
  };
}

function rejected(file: string, inner: string, reason: string): ParsedReport {
  const nothing = { org: null, reportId: null, domain: null, begin: null, end: null };
  const zero = { records: 0, messages: 0, dkimPass: 0, spfPass: 0, dmarcPass: 0, dropped: 0 };
  return { file, inner, status: 'rejected', reason, ...nothing, ...zero };
}

function faultOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

async function parseFile(file: string, unpacker: MessageUnpacker): Promise<readonly ParsedReport[]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return [rejected(file, '', `cannot be read: ${faultOf(error)}`)];
  }
  const { payloads, refusals } = await unpacker.unpack(bytes, file);
  const reports = payloads.map(({ inner, xml }) => {
    const outcome = readReport(xml);
    if (outcome.status === 'rejected') return rejected(file, inner, outcome.reason);
    return accepted(file, inner, outcome.report, outcome.status);
  });
  const refused = refusals.map(({ inner, reason }) => rejected(file, inner, reason));
  const found = [...reports, ...refused];
  return found.length === 0 ? [rejected(file, '', 'no aggregate report in it')] : found;
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
  const verdict = failed === 0 ? colors.green('all pass DMARC') : colors.yellow(`${failed} fail DMARC`);
  const dropped =
    report.dropped === 0
      ? []
      : [colors.yellow(`${report.dropped} rows dropped; ${harmless(report.reason ?? '')}`)];
  return [
    where,
    `${harmless(report.org ?? '')} about ${harmless(report.domain ?? '')}, ${utc(report.begin)} to ${utc(report.end)} UTC, report ${harmless(report.reportId ?? '')}`,
    `${report.messages} messages in ${report.records} records: ${verdict} (DKIM ${report.dkimPass}, SPF ${report.spfPass}, either ${report.dmarcPass})`,
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
