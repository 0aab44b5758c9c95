import type { Cell } from './cell.js';
import type { Day } from '../instant.js';
import { ReportingDays } from './reporting-days.js';
import { SourceGroups } from '../source/group-sources.js';
import type { SourceHistory } from '../source/source-history.js';
import type { SourceId } from '../source/source.js';
import { sourceHistory } from '../source/source-history.js';

/**
 * All evidence about one domain, added up as it comes. Adding to a pile and assessing it says the same as assessing all
 * cells at once; it only spares a backtest from adding up everything for each of its steps.
 */
export class CellPile {
  readonly reporters = new ReportingDays();
  readonly groups = new SourceGroups();
  readonly histories: ReadonlyMap<SourceId, SourceHistory>;
  private readonly cells: Cell[] = [];
  private readonly known = new Map<SourceId, SourceHistory>();
  private lastDay: Day = '';

  constructor(cells: readonly Cell[] = []) {
    this.histories = this.known;
    this.add(cells);
  }

  add(cells: readonly Cell[]): void {
    for (const cell of cells) {
      this.cells.push(cell);
      if (cell.day > this.lastDay) this.lastDay = cell.day;
    }
    this.reporters.add(cells);
    for (const id of this.groups.add(cells)) {
      const group = this.groups.of(id);
      if (group.length === 0) this.known.delete(id);
      else this.known.set(id, sourceHistory(group));
    }
  }

  /** Without what claims to be about a later day. */
  through(day: Day): CellPile {
    return this.lastDay <= day ? this : new CellPile(this.cells.filter((cell) => cell.day <= day));
  }
}
