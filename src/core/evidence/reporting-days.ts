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
export function reportingDays(cells: readonly Cell[]): ReadonlyMap<string, Reporting> {
  const reporters = new Map<string, { passed: number; days: Set<Day> }>();
  for (const cell of cells) {
    if (cell.passed === 0) continue;
    const known = reporters.get(cell.reporter);
    if (known === undefined) {
      reporters.set(cell.reporter, { passed: cell.passed, days: new Set([cell.day]) });
    } else {
      known.passed += cell.passed;
      known.days.add(cell.day);
    }
  }
  return reporters;
}
