import type { Replay } from '../core/rollout/replay.js';
import type { AggregateReport } from '../core/report/report.js';
import type { Cell } from '../core/evidence/cell.js';
import type { Instant } from '../core/instant.js';
import type { Ladder } from '../core/rollout/ladder.js';
import type { MessageUnpacker } from '../ports/message-unpacker.js';
import type { ReportAuthenticator } from '../ports/report-authenticator.js';
import type { RolloutSettings } from '../core/rollout/rollout.js';
import { readReport } from '../core/report/read-report.js';
import { replay } from '../core/rollout/replay.js';
import { reporterOf } from '../core/report/reporter-of.js';
import { reportCells } from '../core/evidence/report-cells.js';

/** A mail or report file from a folder. */
export interface BacktestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface BacktestOptions {
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
  /** Null: all domains that the reports are about. */
  readonly domain: string | null;
  /** Virtual time ends then; null: with the last report about any domain, so that silence is seen. */
  readonly until: Instant | null;
}

/** Cells of one report, by its key: of siblings with other content the largest counts. */
interface KeptReport {
  readonly arrivedAt: Instant;
  readonly reporter: string;
  readonly messages: number;
  readonly cells: readonly Cell[];
}

/** Replays report mails or files through the decider, offline. Writes nothing anywhere. */
export class Backtest {
  constructor(
    private readonly unpacker: MessageUnpacker,
    private readonly authenticator: ReportAuthenticator,
  ) {}

  /** Mail that doesn't authenticate is left out; a bare file counts, since whoever runs this vouches for it. */
  async run(files: AsyncIterable<BacktestFile>, options: BacktestOptions): Promise<readonly Replay[]> {
    const byDomain = new Map<string, Map<string, KeptReport>>();
    for await (const file of files) await this.keep(file, byDomain, options.domain);
    const lastOfAll = [...byDomain.values()].flatMap((reports) => [...reports.values()]);
    const until = options.until ?? lastOfAll.reduce((last, it) => Math.max(last, it.arrivedAt), 0);
    return [...byDomain]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([domain, reports]) => {
        const inOrder = [...reports.values()].sort((a, b) => a.arrivedAt - b.arrivedAt);
        return replay({
          domain,
          ladder: options.ladder,
          settings: options.settings,
          reports: inOrder,
          until,
        });
      });
  }

  private async keep(
    file: BacktestFile,
    byDomain: Map<string, Map<string, KeptReport>>,
    wanted: string | null,
  ): Promise<void> {
    const unpacked = await this.unpacker.unpack(file.bytes, file.name);
    if (unpacked.payloads.length === 0) return;
    const authenticity =
      unpacked.mail === null ? null : await this.authenticator.authenticate(file.bytes, 'import');
    if (authenticity?.authenticated === false) return;
    for (const payload of unpacked.payloads) {
      const read = readReport(payload.xml);
      if (read.status === 'rejected') continue;
      const { domain } = read.report.policy;
      if (wanted !== null && domain !== wanted) continue;
      const reports = byDomain.get(domain) ?? new Map<string, KeptReport>();
      byDomain.set(domain, reports);
      keepLargest(reports, read.report, reporterOf(read.report, authenticity), unpacked.mail?.date ?? null);
    }
  }
}

function keepLargest(
  reports: Map<string, KeptReport>,
  report: AggregateReport,
  reporter: string,
  date: Instant | null,
): void {
  const key = [reporter, report.reportId, report.begin, report.end].join(' ');
  const messages = report.records.reduce((sum, it) => sum + it.count, 0);
  const known = reports.get(key);
  if (known !== undefined && known.messages >= messages) return;
  // A bare file has no Date header: it is taken to have come when its span ended.
  const arrivedAt = known?.arrivedAt ?? date ?? report.end * 1000;
  reports.set(key, { arrivedAt, reporter, messages, cells: reportCells(report, reporter) });
}
