import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';

/** What one source did on one day, over all reporters. Messages. */
export interface ActiveDay {
  readonly day: Day;
  readonly messages: number;
  readonly passed: number;
  readonly forwarded: number;
}

/** All that is known of one source, added up. Messages, unless said otherwise. */
export interface SourceHistory {
  readonly messages: number;
  readonly passed: number;
  readonly forwarded: number;
  readonly failing: number;
  readonly brokenSignature: number;
  /** Failing mail that authenticated as somebody. */
  readonly failingAsItself: number;
  readonly headerFrom: ReadonlySet<string>;
  /** Days on which it sent, in order; never empty. */
  readonly days: readonly ActiveDay[];
}

/** Added to in place: evidence has hundreds of thousands of cells, and a backtest adds them up for each step. */
type DayTally = { -readonly [Key in keyof ActiveDay]: ActiveDay[Key] };

/** Adds up the cells of one source; `cells` must not be empty. */
export function sourceHistory(cells: readonly Cell[]): SourceHistory {
  const days = new Map<Day, DayTally>();
  const headerFrom = new Set<string>();
  let [messages, passed, forwarded, brokenSignature, failingAsItself] = [0, 0, 0, 0, 0];
  for (const cell of cells) {
    messages += cell.messages;
    passed += cell.passed;
    forwarded += cell.forwarded;
    brokenSignature += cell.brokenSignature;
    if (cell.authenticatedAs !== null) failingAsItself += cell.messages - cell.passed;
    headerFrom.add(cell.headerFrom);
    const day = days.get(cell.day) ?? { day: cell.day, messages: 0, passed: 0, forwarded: 0 };
    days.set(cell.day, day);
    day.messages += cell.messages;
    day.passed += cell.passed;
    day.forwarded += cell.forwarded;
  }
  return {
    messages,
    passed,
    forwarded,
    failing: messages - passed,
    brokenSignature,
    failingAsItself,
    headerFrom,
    days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
  };
}

/** A day counts as bad when more than this share of the source's mail failed: below it is the noise of broken transit. */
const NOISE = 0.02;

export function isBadDay(day: ActiveDay): boolean {
  return day.messages - day.passed > day.messages * NOISE;
}
