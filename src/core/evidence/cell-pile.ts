import type { Arrival } from './reporting-days.js';
import type { Cell } from './cell.js';
import type { Day } from '../instant.js';
import { dayKey, implausibleDays } from './implausible-days.js';
import type { SetAside } from './implausible-days.js';
import { ReportingDays } from './reporting-days.js';
import { SourceGroups } from '../source/group-sources.js';
import type { SourceHistory } from '../source/source-history.js';
import type { SourceId } from '../source/source.js';
import { Trust } from './trust.js';

/** What counts of a pile: by source, the cells of those who are heard, without what there is reason to set aside. */
export interface Counted {
  /** Of all reporters, heard or not. */
  readonly reporting: ReportingDays;
  readonly trust: Trust;
  readonly groups: SourceGroups;
  readonly histories: ReadonlyMap<SourceId, SourceHistory>;
  readonly setAside: readonly SetAside[];
  /** What those say who aren't heard, by source: for people to look at. */
  unheard(): ReadonlyMap<SourceId, SourceHistory>;
}

/**
 * All evidence about one domain, added up as it comes. Adding to a pile and assessing it says the same as assessing all
 * cells at once; it only spares a backtest from adding up everything for each of its steps.
 */
export class CellPile {
  private readonly cells: Cell[] = [];
  private readonly arrivals: Arrival[] = [];
  /** Of all cells, whether they count or not. */
  private readonly told = new ReportingDays();
  private lastDay: Day = '';
  private pending: Cell[] = [];
  private state: CountedState | null = null;
  private isStale = false;

  constructor(
    /** The policy domain. */
    private readonly domain: string,
    cells: readonly Cell[] = [],
    arrivals: readonly Arrival[] = [],
  ) {
    this.add(cells, arrivals);
  }

  add(cells: readonly Cell[], arrivals: readonly Arrival[]): void {
    for (const cell of cells) {
      this.cells.push(cell);
      this.pending.push(cell);
      if (cell.day > this.lastDay) this.lastDay = cell.day;
    }
    this.told.add(cells);
    for (const arrival of arrivals) {
      this.arrivals.push(arrival);
      this.state?.reporting.arrived(arrival);
      this.isStale = true; // it may be the one that gives somebody a standing
    }
  }

  /** Without what claims to be about a later day. */
  through(day: Day): CellPile {
    if (this.lastDay <= day) return this;
    const isUpTo = (it: { readonly day: Day }): boolean => it.day <= day;
    return new CellPile(this.domain, this.cells.filter(isUpTo), this.arrivals.filter(isUpTo));
  }

  counted(): Counted {
    const known = this.state;
    if (known !== null && this.pending.length === 0 && !this.isStale) return known;
    this.isStale = false;
    const setAside = implausibleDays(this.told.all());
    const wasSame = known !== null && sameKeys(known.left, setAside);
    const fresh = this.pending.filter((cell) => !setAside.has(dayKey(cell.reporter, cell.day)));
    if (wasSame) known.reporting.add(fresh);
    const reporting = wasSame ? known.reporting : this.reportingWithout(setAside);
    const trust = new Trust(reporting.all());
    this.pending = [];
    if (wasSame && known.trust.signature === trust.signature) known.extend(fresh, trust);
    else {
      const cells = this.cells.filter((cell) => !setAside.has(dayKey(cell.reporter, cell.day)));
      this.state = new CountedState(this.domain, reporting, trust, setAside);
      this.state.extend(cells, trust);
    }
    return this.state ?? this.counted();
  }

  private reportingWithout(setAside: ReadonlyMap<string, SetAside>): ReportingDays {
    const reporting = new ReportingDays();
    reporting.add(this.cells.filter((cell) => !setAside.has(dayKey(cell.reporter, cell.day))));
    for (const arrival of this.arrivals) reporting.arrived(arrival);
    return reporting;
  }
}

/** Kept from one assessment to the next as long as nobody's standing changes and nothing more is set aside. */
class CountedState implements Counted {
  readonly groups: SourceGroups;
  readonly histories = new Map<SourceId, SourceHistory>();
  readonly setAside: readonly SetAside[];
  private readonly hearsay: Cell[] = [];

  constructor(
    private readonly domain: string,
    readonly reporting: ReportingDays,
    public trust: Trust,
    readonly left: ReadonlyMap<string, SetAside>,
  ) {
    this.groups = new SourceGroups(domain, trust);
    this.setAside = [...left.values()];
  }

  extend(cells: readonly Cell[], trust: Trust): void {
    this.trust = trust;
    const heard: Cell[] = [];
    for (const cell of cells) (trust.canBearOut(cell.reporter) ? heard : this.hearsay).push(cell);
    for (const id of this.groups.add(heard)) {
      const history = this.groups.history(id);
      if (history === null) this.histories.delete(id);
      else this.histories.set(id, history);
    }
  }

  unheard(): ReadonlyMap<SourceId, SourceHistory> {
    const groups = new SourceGroups(this.domain, this.trust);
    const histories = new Map<SourceId, SourceHistory>();
    for (const id of groups.add(this.hearsay)) {
      const history = groups.history(id);
      if (history !== null) histories.set(id, history);
    }
    return histories;
  }
}

function sameKeys(a: ReadonlyMap<string, SetAside>, b: ReadonlyMap<string, SetAside>): boolean {
  if (a.size !== b.size) return false;
  for (const key of b.keys()) if (!a.has(key)) return false;
  return true;
}
