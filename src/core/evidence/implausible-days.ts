import { addDays } from '../instant.js';
import type { Day } from '../instant.js';
import type { Reporting } from './reporting-days.js';
import { speaksForItself } from '../report/known-reporters.js';

/** What a reporter said about a day, left out because it can't be so. */
export interface SetAside {
  readonly reporter: string;
  readonly day: Day;
  readonly why: string;
}

/** So many times what is usual, or what everybody else saw. Fewer messages than the floor decide nothing. */
const JUMP = 10;
const FLOOR = 1000;
/** The usual number is the median of the last 14 reported days, at least 7, out of the 28 days before. */
const USUAL_DAYS = 14;
const FEWEST_DAYS = 7;
const USUAL_SPAN = 28;

/**
 * The days on which a reporter's numbers of mail that passed jump while nobody else's do. Nobody but the owner can make
 * mail pass, and a campaign of his reaches all receivers: what one alone tells is forged, or a mistake. By `reporter day`.
 */
export function implausibleDays(reporters: ReadonlyMap<string, Reporting>): ReadonlyMap<string, SetAside> {
  const found = new Map<string, SetAside>();
  for (const [reporter, it] of reporters) {
    if (!couldJump(it)) continue;
    const others = [...reporters].filter(([name]) => name !== reporter).map(([, other]) => other);
    for (const day of [...it.days.keys()].sort()) {
      const why = reasonAgainst(reporter, day, { own: it, others, found });
      if (why !== null) found.set(dayKey(reporter, day), { reporter, day, why });
    }
  }
  return found;
}

export function dayKey(reporter: string, day: Day): string {
  return `${reporter} ${day}`;
}

function couldJump({ days }: Reporting): boolean {
  for (const passed of days.values()) if (passed > FLOOR) return true;
  return false;
}

interface Around {
  readonly own: Reporting;
  readonly others: readonly Reporting[];
  readonly found: ReadonlyMap<string, SetAside>;
}

function reasonAgainst(reporter: string, day: Day, { own, others, found }: Around): string | null {
  const passed = own.days.get(day) ?? 0;
  if (passed <= FLOOR) return null;
  const isKnown = speaksForItself(reporter);
  // A known one that stays at its new height is believed in time; a stranger is not.
  const usual = median(own, day, (it) => isKnown || !found.has(dayKey(reporter, it)));
  const theirUsual = sum(others.map((it) => median(it, day, () => true) ?? 0));
  const theirs = sum(others.map((it) => it.days.get(day) ?? 0));
  const rise = theirUsual === 0 ? 1 : Math.max(1, theirs / theirUsual);
  if (usual !== null && passed > JUMP * usual * rise) {
    return `reports ${passed} messages that passed, after ${Math.round(usual)} a day, while nobody else sees more`;
  }
  const seen = Math.max(theirs, theirUsual);
  if (!isKnown && seen > 0 && passed > JUMP * seen) {
    return `reports ${passed} messages that passed, where all others together see ${Math.round(seen)}`;
  }
  return null;
}

/** Null: too few days to tell. */
function median({ days }: Reporting, day: Day, isBelieved: (day: Day) => boolean): number | null {
  const numbers: number[] = [];
  for (let back = 1; back <= USUAL_SPAN && numbers.length < USUAL_DAYS; back += 1) {
    const earlier = addDays(day, -back);
    const passed = days.get(earlier);
    if (passed !== undefined && isBelieved(earlier)) numbers.push(passed);
  }
  if (numbers.length < FEWEST_DAYS) return null;
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0);
}
