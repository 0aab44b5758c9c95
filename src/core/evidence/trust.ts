import { DAY_MS } from '../instant.js';
import type { Reporting } from './reporting-days.js';
import { knownReporter, speaksForItself } from '../report/known-reporters.js';

/** A reporter has a standing of its own once it has reported mail of yours that passed on so many days … */
const STANDING_DAYS = 7;
/** … in reports that came over as long a time: anybody can write a week's reports in an hour. */
const STANDING_MS = (STANDING_DAYS - 1) * DAY_MS;

/**
 * How far a reporter's word goes. Anybody can send reports that authenticate, as a domain of his own. So:
 *
 * - One without a standing isn't heard at all, as soon as anybody has one.
 * - One that has a standing and isn't known counts for at most as much as all others together, and moves nothing alone
 *   that the others contradict.
 */
export class Trust {
  /** Changes when, and only when, it changes who is heard. */
  readonly signature: string;
  /** By mail of yours that passed. */
  private readonly standing: ReadonlySet<string>;
  /** Who is heard though nothing of yours passes anywhere; null: everybody is. */
  private readonly tellers: ReadonlySet<string> | null;
  private readonly sole: string | null;
  private readonly weights: ReadonlyMap<string, number>;

  constructor(reporters: ReadonlyMap<string, Reporting>) {
    const passing = [...reporters].filter(([, it]) => it.days.size > 0);
    this.standing = new Set(namesOf(passing, ({ days }) => days.size));
    const isAnySeen = this.standing.size > 0 || passing.some(([reporter]) => speaksAlone(reporter));
    const tellers = isAnySeen ? [] : namesOf([...reporters], ({ told }) => told.size);
    this.tellers = isAnySeen || tellers.length > 0 ? new Set(tellers) : null;
    const heard = passing.filter(([reporter]) => this.canBearOut(reporter));
    this.sole = heard.length === 1 ? (heard[0]?.[0] ?? null) : null;
    const others = this.tellers === null ? 'all' : tellers.sort().join(' ');
    this.signature = [[...this.standing].sort().join(' '), others, this.sole ?? ''].join(' | ');
    this.weights = this.capped(new Map(heard.map(([reporter, { passed }]) => [reporter, passed])));
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

  /**
   * Its word is heard, and can bear out another's: it has a standing. Where nobody has, as about a domain that sends
   * nothing, it has told of other mail for as long; and where nobody has done that either, everybody is heard.
   */
  canBearOut(reporter: string): boolean {
    return this.hasStanding(reporter) || this.tellers === null || this.tellers.has(reporter);
  }

  /** Messages that passed, as far as they count; 0 for one that reported none, or isn't heard. */
  weightOf(reporter: string): number {
    return this.weights.get(reporter) ?? 0;
  }

  /** Messages that passed, over all reporters, as far as they count. */
  total(): number {
    return sum(this.weights.values());
  }

  /** Messages by reporter, as far as they count: those of one that isn't known up to the sum of all others'. */
  capped(messages: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const all = sum(messages.values());
    return new Map(
      [...messages].map(([reporter, own]) => [
        reporter,
        this.standsAlone(reporter) ? own : Math.min(own, all - own),
      ]),
    );
  }

  /** Whether what these say is more than one stranger's word. */
  isAttested(reporters: ReadonlySet<string>): boolean {
    let heard = 0;
    for (const reporter of reporters) {
      if (this.standsAlone(reporter)) return true;
      if (this.canBearOut(reporter)) heard += 1;
    }
    return heard > 1;
  }

  /**
   * Of what the reporters say, each one thing, the last in the given order that is more than one stranger's word; null
   * when nothing is. Where one alone is heard, it is what that one says.
   */
  borneOut<T>(said: ReadonlyMap<string, T>, order: (a: T, b: T) => number): T | null {
    const words = [...said]
      .filter(([reporter]) => this.canBearOut(reporter))
      .sort(([, a], [, b]) => order(b, a));
    const at = words.findIndex(([reporter]) => this.standsAlone(reporter));
    const second = words.length === 1 ? 0 : 1;
    return words[at === -1 ? second : Math.min(at, second)]?.[1] ?? null;
  }
}

/** Those who have reported on enough days, over enough time as far as it is known when their reports came. */
function namesOf(
  reporters: readonly (readonly [string, Reporting])[],
  daysOf: (reporting: Reporting) => number,
): string[] {
  return reporters
    .filter(([, it]) => daysOf(it) >= STANDING_DAYS && hasComeForLong(it))
    .map(([reporter]) => reporter);
}

function hasComeForLong({ arrivals }: Reporting): boolean {
  let [first, last] = [Infinity, -Infinity];
  for (const at of arrivals.values()) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return arrivals.size === 0 || last - first >= STANDING_MS;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const it of numbers) total += it;
  return total;
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
