import type { Reporting } from './reporting-days.js';
import { knownReporter, speaksForItself } from '../report/known-reporters.js';

/** A reporter has a standing of its own once it has reported mail of yours that passed on so many days. */
const STANDING_DAYS = 7;

/**
 * How far a reporter's word goes. Anybody can send reports that authenticate, as a domain of his own. So one that isn't
 * known counts for at most as much as all others together, and moves nothing alone that the others contradict.
 */
export class Trust {
  /** Changes when, and only when, somebody's standing does. */
  readonly signature: string;
  private readonly standing: ReadonlySet<string>;
  private readonly sole: string | null;
  private readonly weights: ReadonlyMap<string, number>;
  private readonly all: number;

  constructor(reporters: ReadonlyMap<string, Reporting>) {
    const passing = [...reporters].filter(([, it]) => it.days.size > 0);
    const standing = passing.filter(([, it]) => it.days.size >= STANDING_DAYS).map(([reporter]) => reporter);
    this.standing = new Set(standing);
    this.sole = passing.length === 1 ? (passing[0]?.[0] ?? null) : null;
    this.signature = `${standing.sort().join(' ')} ${this.sole ?? ''}`;
    const all = passing.reduce((sum, [, it]) => sum + it.passed, 0);
    this.all = all;
    this.weights = new Map(
      passing.map(([reporter, { passed }]) => [
        reporter,
        this.canBearOut(reporter) ? this.capped(reporter, passed, all - passed) : 0,
      ]),
    );
  }

  /** On the built-in list of Mail Receivers. */
  isKnown(reporter: string): boolean {
    return knownReporter(reporter) !== null;
  }

  /** What it alone says can be taken for true: it is known and nobody else sends from there, or nobody else is to ask. */
  standsAlone(reporter: string): boolean {
    return speaksAlone(reporter) || reporter === this.sole;
  }

  /** It sees your mail, and not for the first time. */
  hasStanding(reporter: string): boolean {
    return speaksAlone(reporter) || this.standing.has(reporter);
  }

  /** It can bear out what another says: it has a standing, or nobody has, as about a domain that sends nothing. */
  canBearOut(reporter: string): boolean {
    return this.standing.size === 0 || this.hasStanding(reporter);
  }

  /** Messages that passed, as far as they count; 0 for one that reported none. */
  weightOf(reporter: string): number {
    return this.weights.get(reporter) ?? 0;
  }

  /** Messages that passed, over all reporters, as far as they count. */
  total(): number {
    let total = 0;
    for (const weight of this.weights.values()) total += weight;
    return total;
  }

  /** The share of all messages that passed which counts, 0 to 1: less than 1 when a stranger claims more than half. */
  countedShare(): number {
    return this.all === 0 ? 1 : this.total() / this.all;
  }

  /** `messages` of one reporter beside `others` of all the others, as far as they count. */
  capped(reporter: string, messages: number, others: number): number {
    return this.standsAlone(reporter) ? messages : Math.min(messages, others);
  }

  /** Whether what these say is more than one stranger's word. */
  isAttested(reporters: ReadonlySet<string>): boolean {
    if (reporters.size > 1) return true;
    for (const reporter of reporters) return this.standsAlone(reporter);
    return false;
  }
}

const known = new Map<string, boolean>();

/** Asked for each cell of the evidence. Reporters are few: mail must authenticate before it counts. */
function speaksAlone(reporter: string): boolean {
  const cached = known.get(reporter);
  if (cached !== undefined) return cached;
  const answer = speaksForItself(reporter);
  if (known.size < 10_000) known.set(reporter, answer);
  return answer;
}
