import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import { NOISE } from './active-day.js';
import type { Trust } from '../evidence/trust.js';

/** So many messages of others about the same days contradict a stranger, or half as many as his own. */
const CONTRADICTS = 20;

/** The cells of one source, as far as they can be believed. */
export interface Believed {
  readonly cells: readonly Cell[];
  /** Failing messages left out. */
  readonly contradicted: number;
}

/**
 * A reporter that isn't known moves a source neither way alone. What fails by its word counts when others, of some
 * standing, saw the source fail on those days too; when they saw it pass, it doesn't; when nobody else saw it at all, it
 * does if the reporter has a standing itself. What passes by its word counts, each day, for as many messages as the others saw in all.
 */
export function strangersWord(cells: readonly Cell[], trust: Trust): Believed {
  const strangers = new Set<string>();
  let isFailing = false;
  for (const cell of cells) {
    if (cell.passed < cell.messages) isFailing = true;
    if (!trust.standsAlone(cell.reporter)) strangers.add(cell.reporter);
  }
  if (!isFailing || strangers.size === 0) return { cells, contradicted: 0 };
  const seen = sightings(cells);
  const doubted = new Set([...strangers].filter((reporter) => !isBelieved(reporter, seen, trust)));
  let contradicted = 0;
  const believed: Cell[] = [];
  for (const cell of cells) {
    const failing = cell.messages - cell.passed;
    const isDoubted = failing > 0 && doubted.has(cell.reporter);
    if (isDoubted) contradicted += failing;
    const kept = isDoubted ? withoutFailing(cell) : cell;
    if (kept.messages > 0) believed.push(strangers.has(kept.reporter) ? capped(kept, seen) : kept);
  }
  return { cells: believed, contradicted };
}

interface Sighting {
  messages: number;
  passed: number;
}

/** By day, then by reporter. */
type Sightings = ReadonlyMap<Day, ReadonlyMap<string, Sighting>>;

function sightings(cells: readonly Cell[]): Sightings {
  const days = new Map<Day, Map<string, Sighting>>();
  for (const cell of cells) {
    const day = days.get(cell.day) ?? new Map<string, Sighting>();
    days.set(cell.day, day);
    const sighting = day.get(cell.reporter) ?? { messages: 0, passed: 0 };
    day.set(cell.reporter, sighting);
    sighting.messages += cell.messages;
    sighting.passed += cell.passed;
  }
  return days;
}

function isBelieved(reporter: string, seen: Sightings, trust: Trust): boolean {
  let [own, others, failing] = [0, 0, 0];
  for (const day of seen.values()) {
    const mine = day.get(reporter);
    if (mine === undefined || mine.messages === mine.passed) continue;
    own += mine.messages;
    for (const [name, it] of day) {
      if (name === reporter || !trust.canBearOut(name)) continue;
      others += it.messages;
      failing += it.messages - it.passed;
    }
  }
  if (own === 0 || failing > others * NOISE) return true;
  return others < CONTRADICTS && others < own / 2 && trust.canBearOut(reporter);
}

function withoutFailing(cell: Cell): Cell {
  return { ...cell, messages: cell.passed, brokenSignature: 0, indirect: 0, disputed: 0 };
}

/** What a stranger saw pass, cut down to what all others saw on that day; as it is when there were none. */
function capped(cell: Cell, seen: Sightings): Cell {
  if (cell.passed === 0) return cell;
  let [own, others] = [0, 0];
  for (const [name, it] of seen.get(cell.day) ?? []) {
    if (name === cell.reporter) own += it.passed;
    else others += it.messages;
  }
  if (others === 0 || own <= others) return cell;
  const scale = others / own;
  const failing = cell.messages - cell.passed;
  const passed = Math.ceil(cell.passed * scale);
  return {
    ...cell,
    messages: passed + failing,
    passed,
    dkimAligned: Math.min(cell.dkimAligned, passed),
    spfAligned: Math.min(cell.spfAligned, passed),
    forwarded: Math.ceil(cell.forwarded * scale),
  };
}
