import type { ActiveDay } from './active-day.js';
import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import type { Trust } from '../evidence/trust.js';
import { isBadDay } from './active-day.js';
import { strangersWord } from './strangers-word.js';

/** All that is known of one source, added up. Messages, unless said otherwise. */
export interface SourceHistory {
  readonly messages: number;
  readonly passed: number;
  readonly forwarded: number;
  readonly failing: number;
  readonly brokenSignature: number;
  readonly indirect: number;
  /** Failing mail that authenticated as somebody. */
  readonly failingAsItself: number;
  /** The Author Domain. */
  readonly headerFrom: string;
  /** Days on which it sent, in order; never empty. */
  readonly days: readonly ActiveDay[];
  readonly badDays: readonly ActiveDay[];
  /** That there is such a source is more than one stranger's word … */
  readonly isWitnessed: boolean;
  /** … and that it passed as you … */
  readonly isAttested: boolean;
  /** … or that it passed on mail of yours unbroken. */
  readonly isForwarding: boolean;
  /** Failing mail that one stranger alone claims to have seen; in none of the other numbers, unless it is all there is. */
  readonly contradicted: number;
}

/** Added to in place: evidence has hundreds of thousands of cells, and a backtest asks of them hundreds of times. */
type DayTally = { -readonly [Key in keyof ActiveDay]: ActiveDay[Key] };

/** The cells of one source, added up as they come. */
export class SourceTally {
  readonly cells: Cell[] = [];
  private readonly days = new Map<Day, DayTally>();
  private readonly reporters = new Set<string>();
  private readonly passedAt = new Set<string>();
  private readonly forwardedAt = new Set<string>();
  private messages = 0;
  private passed = 0;
  private forwarded = 0;
  private brokenSignature = 0;
  private indirect = 0;
  private failingAsItself = 0;

  constructor(cells: readonly Cell[] = []) {
    for (const cell of cells) this.add(cell);
  }

  add(cell: Cell): void {
    this.cells.push(cell);
    this.messages += cell.messages;
    this.passed += cell.passed;
    this.forwarded += cell.forwarded;
    this.brokenSignature += cell.brokenSignature;
    this.indirect += cell.indirect;
    this.reporters.add(cell.reporter);
    if (cell.passed > cell.forwarded) this.passedAt.add(cell.reporter);
    if (cell.forwarded > 0) this.forwardedAt.add(cell.reporter);
    if (cell.authenticatedAs !== null) this.failingAsItself += cell.messages - cell.passed;
    const day = this.days.get(cell.day) ?? { day: cell.day, messages: 0, passed: 0, forwarded: 0 };
    this.days.set(cell.day, day);
    day.messages += cell.messages;
    day.passed += cell.passed;
    day.forwarded += cell.forwarded;
  }

  /** What it comes to, as far as the reporters can be believed. There must be cells. */
  history(trust: Trust): SourceHistory {
    if (this.isBorneOut(trust)) return this.summary(trust, 0);
    const { cells, contradicted } = strangersWord(this.cells, trust);
    // Of what nobody can be believed about, everything is shown; it counts for nothing.
    if (cells === this.cells || cells.length === 0) return this.summary(trust, contradicted);
    return new SourceTally(cells).summary(trust, contradicted);
  }

  /** One alone saw it, and saw it pass, or several of standing saw nothing of it pass: there is nothing to weigh. */
  private isBorneOut(trust: Trust): boolean {
    if (this.passed === this.messages && this.reporters.size === 1) return true;
    if (this.passed > 0 || this.reporters.size < 2) return false;
    for (const reporter of this.reporters) if (!trust.canBearOut(reporter)) return false;
    return true;
  }

  private summary(trust: Trust, contradicted: number): SourceHistory {
    const days = [...this.days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)).map((day) => ({ ...day }));
    return {
      messages: this.messages,
      passed: this.passed,
      forwarded: this.forwarded,
      failing: this.messages - this.passed,
      brokenSignature: this.brokenSignature,
      indirect: this.indirect,
      failingAsItself: this.failingAsItself,
      headerFrom: this.cells[0]?.headerFrom ?? '',
      days,
      badDays: this.passed === this.messages ? [] : days.filter(isBadDay),
      isWitnessed: trust.isAttested(this.reporters),
      isAttested: trust.isAttested(this.passedAt),
      isForwarding: trust.isAttested(this.forwardedAt),
      contradicted,
    };
  }
}

/** Adds up the cells of one source; `cells` must not be empty. */
export function sourceHistory(cells: readonly Cell[], trust: Trust): SourceHistory {
  return new SourceTally(cells).history(trust);
}
