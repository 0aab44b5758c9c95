import type { Cell } from './cell.js';
import type { Day } from '../instant.js';

/** What one reporter has told of the domain's own mail. */
export interface Reporting {
  /** Messages that passed. */
  readonly passed: number;
  /** Days about which it reported mail that passed, in no order. */
  readonly days: ReadonlySet<Day>;
}

/**
 * Who reports, and about which days. Only mail that passed tells: who abuses the domain decides how much failing mail a
 * receiver sees and on which days, and must neither close a day nor make a reporter seem to have stopped (I10).
 */
export class ReportingDays {
  private readonly reporters = new Map<string, { passed: number; readonly days: Set<Day> }>();

  constructor(cells: readonly Cell[] = []) {
    this.add(cells);
  }

  add(cells: readonly Cell[]): void {
    for (const cell of cells) {
      if (cell.passed === 0) continue;
      const known = this.reporters.get(cell.reporter) ?? { passed: 0, days: new Set<Day>() };
      this.reporters.set(cell.reporter, known);
      known.passed += cell.passed;
      known.days.add(cell.day);
    }
  }

  all(): ReadonlyMap<string, Reporting> {
    return this.reporters;
  }
}
