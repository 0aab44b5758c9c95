import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import type { Trust } from '../evidence/trust.js';
import type { ActiveDay } from './active-day.js';
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
  /** That it passed as you is more than one stranger's word. */
  readonly isAttested: boolean;
  /** Failing mail that one stranger alone claims to have seen; in none of the other numbers, unless it is all there is. */
  readonly contradicted: number;
}

/** Added to in place: evidence has hundreds of thousands of cells, and a backtest adds them up for each step. */
type DayTally = { -readonly [Key in keyof ActiveDay]: ActiveDay[Key] };

/** Adds up the cells of one source; `cells` must not be empty. */
export function sourceHistory(cells: readonly Cell[], trust: Trust): SourceHistory {
  const all = tally(cells);
  const claim = all.passed === 0 && all.reporters.size > 1 ? null : strangersWord(cells, trust);
  const counted = claim === null || claim.cells.length === 0 ? all : tally(claim.cells);
  const days = [...counted.days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
  return {
    messages: counted.messages,
    passed: counted.passed,
    forwarded: counted.forwarded,
    failing: counted.messages - counted.passed,
    brokenSignature: counted.brokenSignature,
    indirect: counted.indirect,
    failingAsItself: counted.failingAsItself,
    headerFrom: counted.headerFrom,
    days,
    badDays: days.filter(isBadDay),
    isAttested: trust.isAttested(counted.passedAt),
    contradicted: claim?.contradicted ?? 0,
  };
}

function tally(cells: readonly Cell[]) {
  const days = new Map<Day, DayTally>();
  const reporters = new Set<string>();
  const passedAt = new Set<string>();
  let [messages, passed, forwarded, brokenSignature, indirect, failingAsItself] = [0, 0, 0, 0, 0, 0];
  for (const cell of cells) {
    messages += cell.messages;
    passed += cell.passed;
    forwarded += cell.forwarded;
    brokenSignature += cell.brokenSignature;
    indirect += cell.indirect;
    reporters.add(cell.reporter);
    if (cell.passed > cell.forwarded) passedAt.add(cell.reporter);
    if (cell.authenticatedAs !== null) failingAsItself += cell.messages - cell.passed;
    const day = days.get(cell.day) ?? { day: cell.day, messages: 0, passed: 0, forwarded: 0 };
    days.set(cell.day, day);
    day.messages += cell.messages;
    day.passed += cell.passed;
    day.forwarded += cell.forwarded;
  }
  const headerFrom = cells[0]?.headerFrom ?? '';
  return {
    days,
    reporters,
    passedAt,
    headerFrom,
    messages,
    passed,
    forwarded,
    brokenSignature,
    indirect,
    failingAsItself,
  };
}
