import type { Instant } from '../core/instant.js';
import type { Findings, FoundReport, LeftOut, PackedReport } from './backtest-crew.js';

/**
 * The reports that count, by domain and report key: of siblings with other content the largest, as of when the first of
 * them arrived. The same, in the same order, whatever order findings come in.
 */
export class GatheredReports {
  private readonly byDomain = new Map<string, Map<string, FoundReport>>();
  private readonly left = { mails: 0, falseClaims: 0, withoutReport: 0 };

  add({ reports, leftOut }: Findings): void {
    this.left.mails += leftOut.mails;
    this.left.falseClaims += leftOut.falseClaims;
    this.left.withoutReport += leftOut.withoutReport;
    for (const report of reports) {
      const known = this.byDomain.get(report.domain) ?? new Map<string, FoundReport>();
      this.byDomain.set(report.domain, known);
      known.set(report.key, ofSiblings(known.get(report.key), report));
    }
  }

  get leftOut(): LeftOut {
    return this.left;
  }

  /** In the order of their names. */
  get domains(): readonly string[] {
    return [...this.byDomain.keys()].sort();
  }

  /** In order of arrival. */
  of(domain: string): readonly PackedReport[] {
    return [...(this.byDomain.get(domain)?.values() ?? [])].sort(
      (a, b) => a.arrivedAt - b.arrivedAt || a.file - b.file || a.place - b.place,
    );
  }

  /** Rows of evidence about a domain: how much work it will make. */
  rowsOf(domain: string): number {
    return this.of(domain).reduce((sum, { cells }) => sum + cells.rows, 0);
  }

  /** When the last report about any domain arrived; 0 without one. */
  get lastArrival(): Instant {
    let last: Instant = 0;
    for (const reports of this.byDomain.values())
      for (const { arrivedAt } of reports.values()) last = Math.max(last, arrivedAt);
    return last;
  }
}

function ofSiblings(known: FoundReport | undefined, report: FoundReport): FoundReport {
  if (known === undefined) return report;
  const isCounted =
    report.messages === known.messages ? isBefore(report, known) : report.messages > known.messages;
  return {
    ...(isCounted ? report : known),
    arrivedAt: Math.min(known.arrivedAt, report.arrivedAt),
  };
}

function isBefore(a: FoundReport, b: FoundReport): boolean {
  return a.file === b.file ? a.place < b.place : a.file < b.file;
}
