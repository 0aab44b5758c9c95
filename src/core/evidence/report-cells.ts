import type { AggregateReport, ReportHead, ReportRecord } from '../report/report.js';
import { dayOf, HOUR_MS } from '../instant.js';
import { NO_COUNTS, type Cell } from './cell.js';
import type { Day } from '../instant.js';
import { judgeRecord, type Judgement } from './judge-record.js';

/** A report over a longer span cannot be put to a day and stays out of the daily numbers. */
const LONGEST_SPAN_MS = 26 * HOUR_MS;

/** A report that begins this shortly before midnight UTC is about the day that follows. */
export const EARLY_START_MS = 2 * HOUR_MS;

/** The UTC day that a report is about; null when it spans more than 26 hours and can't be put to one. */
export function reportDay({ begin, end }: Pick<ReportHead, 'begin' | 'end'>): Day | null {
  return (end - begin) * 1000 > LONGEST_SPAN_MS ? null : dayOf(begin * 1000 + EARLY_START_MS);
}

/**
 * What a report adds to the evidence, a cell for each day, Author Domain, address and authentication.
 * `reporter` is the domain that authenticated the report mail. Empty when the report spans more than 26 hours.
 */
export function reportCells(report: AggregateReport, reporter: string): readonly Cell[] {
  const day = reportDay(report);
  if (day === null) return [];
  const tally = new CellTally();
  for (const record of report.records) tally.add(record, judgeRecord(record, report.policy));
  return tally.cells(day, reporter);
}

type Counts = { -readonly [K in keyof Cell]: Cell[K] };

/** The cells of one report, added up as its records come. */
export class CellTally {
  private readonly byKey = new Map<string, Counts>();

  add(record: ReportRecord, judgement: Judgement): void {
    const key = `${record.headerFrom} ${record.sourceIp} ${judgement.authenticatedAs ?? ''}`;
    const cell = this.byKey.get(key) ?? emptyCell(record, judgement);
    this.byKey.set(key, cell);
    const { count } = record;
    cell.messages += count;
    if (judgement.passed) cell.passed += count;
    if (judgement.dkimAligned) cell.dkimAligned += count;
    if (judgement.spfAligned) cell.spfAligned += count;
    if (judgement.forwarded) cell.forwarded += count;
    if (judgement.brokenSignature) cell.brokenSignature += count;
    if (judgement.indirect) cell.indirect += count;
    if (judgement.disputed) cell.disputed += count;
  }

  /** Ends the tally: the cells are handed over, and no more may be added. */
  cells(day: Day, reporter: string): readonly Cell[] {
    const cells = [...this.byKey.values()];
    for (const cell of cells) {
      cell.day = day;
      cell.reporter = reporter;
    }
    return cells;
  }
}

function emptyCell({ headerFrom, sourceIp }: ReportRecord, { authenticatedAs }: Judgement): Counts {
  return { ...NO_COUNTS, day: '', reporter: '', headerFrom, ip: sourceIp, authenticatedAs };
}
