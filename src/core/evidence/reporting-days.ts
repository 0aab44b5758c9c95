import type { Cell } from './cell.js';
import type { Day, Instant } from '../instant.js';

/** What one reporter has told of the domain's own mail. */
export interface Reporting {
  /** Days about which it told of any mail, passing or not. */
  readonly told: ReadonlySet<Day>;
  /** Messages that passed. */
  readonly passed: number;
  /** Messages that passed, by the days about which it reported any. */
  readonly days: ReadonlyMap<Day, number>;
  /** When its first report about a day came. */
  readonly arrivals: ReadonlyMap<Day, Instant>;
}

interface Tally {
  readonly told: Set<Day>;
  passed: number;
  readonly days: Map<Day, number>;
  readonly arrivals: Map<Day, Instant>;
}

/**
 * Who reports, and about which days. Mail that passed tells: who abuses the domain decides how much failing mail a
 * receiver sees and on which days, and must neither close a day nor make a reporter seem to have stopped (I10).
 */
export class ReportingDays {
  private readonly reporters = new Map<string, Tally>();

  add(cells: readonly Cell[]): void {
    for (const cell of cells) {
      const known = this.tallyOf(cell.reporter);
      known.told.add(cell.day);
      if (cell.passed === 0) continue;
      known.passed += cell.passed;
      known.days.set(cell.day, (known.days.get(cell.day) ?? 0) + cell.passed);
    }
  }

  /** Notes that a report about a day has come; only the first one counts. */
  arrived({ reporter, day, at }: Arrival): void {
    const { arrivals } = this.tallyOf(reporter);
    const known = arrivals.get(day);
    if (known === undefined || at < known) arrivals.set(day, at);
  }

  /** All who have reported anything. */
  all(): ReadonlyMap<string, Reporting> {
    return this.reporters;
  }

  private tallyOf(reporter: string): Tally {
    const known = this.reporters.get(reporter);
    if (known !== undefined) return known;
    const fresh: Tally = { told: new Set(), passed: 0, days: new Map(), arrivals: new Map() };
    this.reporters.set(reporter, fresh);
    return fresh;
  }
}

/** The first report of a reporter about a day, and when it came. */
export interface Arrival {
  readonly reporter: string;
  readonly day: Day;
  readonly at: Instant;
}
