import { authenticityOf, type Authenticity } from '../core/report/authenticity.js';
import type { AggregateReport, ReadOutcome } from '../core/report/report.js';
import { readReport } from '../core/report/read-report.js';
import { reporterOf } from '../core/report/reporter-of.js';
import { reportCells } from '../core/evidence/report-cells.js';
import { replay, type Replay } from '../core/rollout/replay.js';
import type { MessageUnpacker, Unpacked } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import type { BacktestCrew, Findings, FoundReport, LeftOut, ReadTask, ReplayTask } from './backtest-crew.js';
import { packCells, unpackCells } from './packed-cells.js';

/** The bytes of a file; throws an error for people. */
export type LoadFile = (name: string) => Promise<Uint8Array> | Uint8Array;

/** What is true of all reports of one file. */
interface Origin {
  /** Its place in the folder. */
  readonly file: number;
  readonly mail: Unpacked['mail'];
  /** Null for a bare file. */
  readonly authenticity: Authenticity | null;
}

/** The work itself, done in whatever thread this stands in. */
export class BacktestWork<Told> implements BacktestCrew<Told> {
  readonly size = 1;

  constructor(
    private readonly load: LoadFile,
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
    private readonly tell: (replay: Replay) => Told,
  ) {}

  async read({ files, first, domain }: ReadTask): Promise<Findings> {
    const reading = new Reading(domain);
    for (const [index, name] of files.entries()) await this.readFile(name, first + index, reading);
    return { reports: reading.reports, leftOut: reading.leftOut };
  }

  async replay({ reports, ...task }: ReplayTask): Promise<Told> {
    const known = new Map<string, string>();
    const unpacked = reports.map((it) => ({ ...it, cells: unpackCells(it.cells, known) }));
    return this.tell(replay({ ...task, reports: unpacked }));
  }

  /** Mail that doesn't authenticate is left out; a bare file counts, since whoever runs this vouches for it. */
  private async readFile(name: string, file: number, reading: Reading): Promise<void> {
    const bytes = await this.load(name);
    const { mail, payloads } = await this.unpacker.unpack(bytes, name);
    const reports = payloads.map(({ xml }) => readReport(xml)).flatMap(reportOf);
    if (reports.length === 0) return reading.leaveOut('withoutReport');
    const authenticity = mail === null ? null : await this.authenticator.authenticate(bytes, 'import');
    if (authenticity?.authenticated === false) return reading.leaveOut('mails');
    for (const [place, report] of reports.entries())
      reading.take(report, place, { file, mail, authenticity });
  }
}

/** What has been found so far in the files of one task. */
class Reading {
  readonly reports: FoundReport[] = [];
  readonly leftOut = { mails: 0, falseClaims: 0, withoutReport: 0 };

  constructor(private readonly wanted: string | null) {}

  leaveOut(why: keyof LeftOut): void {
    this.leftOut[why] += 1;
  }

  take(report: AggregateReport, place: number, { file, mail, authenticity }: Origin): void {
    const { domain } = report.policy;
    if (this.wanted !== null && domain !== this.wanted) return;
    if (authenticity !== null && !authenticityOf(report, authenticity).authenticated) {
      this.leaveOut('falseClaims');
      return;
    }
    const reporter = reporterOf(report, authenticity);
    this.reports.push({
      domain,
      reporter,
      key: [reporter, report.reportId, report.begin, report.end].join(' '),
      // A bare file has no Date header: it is taken to have come when its span ended.
      arrivedAt: mail?.date ?? report.end * 1000,
      messages: report.records.reduce((sum, it) => sum + it.count, 0),
      file,
      place,
      cells: packCells(reportCells(report, reporter)),
    });
  }
}

function reportOf(outcome: ReadOutcome): readonly AggregateReport[] {
  return outcome.status === 'rejected' ? [] : [outcome.report];
}
