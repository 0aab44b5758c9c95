import { authenticityOf, type Authenticity } from '../core/report/authenticity.js';
import { CellTally, reportDay } from '../core/evidence/report-cells.js';
import type { ReportHead, ReportRecord } from '../core/report/report.js';
import { DEFAULT_REPORT_LIMITS } from '../core/report/limits.js';
import type { RecordSink } from '../core/report/report-reader.js';
import { judgeRecord } from '../core/evidence/judge-record.js';
import { reporterOf } from '../core/report/reporter-of.js';
import { replay, type Replay } from '../core/rollout/replay.js';
import type { FoundDocument, MessageUnpacker, Unpacked } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import type { BacktestCrew, Findings, FoundReport, LeftOut, ReadTask, ReplayTask } from './backtest-crew.js';
import { packCells, unpackCells } from './packed-cells.js';
import { readDocument } from './read-document.js';

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
    const { mail, finds } = this.unpacker.unpack(bytes, name);
    const reports: TalliedReport[] = [];
    for await (const find of finds) if (find.kind === 'document') reports.push(...(await tally(find)));
    if (reports.length === 0) return reading.leaveOut('withoutReport');
    const authenticity = mail === null ? null : await this.authenticator.authenticate(bytes, 'import');
    if (authenticity?.authenticated === false) return reading.leaveOut('mails');
    for (const [place, report] of reports.entries())
      reading.take(report, place, { file, mail, authenticity });
  }
}

interface TalliedReport {
  readonly head: ReportHead;
  readonly messages: number;
  readonly tally: CellTally;
}

/** The reports of a document: mostly one, or none. */
async function tally(found: FoundDocument): Promise<readonly TalliedReport[]> {
  const open = () => new TallySink();
  const reports = await readDocument(found, { limits: DEFAULT_REPORT_LIMITS, open });
  return reports.flatMap(({ end, sink }) =>
    end.status === 'rejected' ? [] : [{ head: end.head, messages: end.totals.messages, tally: sink.tally }],
  );
}

class TallySink implements RecordSink {
  readonly tally = new CellTally();
  private head: ReportHead | null = null;

  open(head: ReportHead): void {
    this.head = head;
  }

  take(record: ReportRecord): void {
    if (this.head !== null) this.tally.add(record, judgeRecord(record, this.head.policy));
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

  take({ head, messages, tally }: TalliedReport, place: number, { file, mail, authenticity }: Origin): void {
    const { domain } = head.policy;
    if (this.wanted !== null && domain !== this.wanted) return;
    if (authenticity !== null && !authenticityOf(head, authenticity).authenticated) {
      this.leaveOut('falseClaims');
      return;
    }
    const reporter = reporterOf(head, authenticity);
    const day = reportDay(head);
    this.reports.push({
      domain,
      reporter,
      key: [reporter, head.reportId, head.begin, head.end].join(' '),
      // A bare file has no Date header: it is taken to have come when its span ended.
      arrivedAt: mail?.date ?? head.end * 1000,
      messages,
      file,
      place,
      cells: packCells(day === null ? [] : tally.cells(day, reporter)),
    });
  }
}
