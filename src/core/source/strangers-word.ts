import { DAY_MS, startOfDay } from '../instant.js';
import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import type { Trust } from '../evidence/trust.js';

/** The cells of one source, as far as they can be believed. */
export interface Believed {
  readonly cells: readonly Cell[];
  /** Failing messages left out. */
  readonly contradicted: number;
}

/**
 * A reporter that isn't known moves a source neither way alone. What fails by its word counts, week by week, for as many
 * messages as others of some standing saw fail; when nobody else saw the source at all that week, it counts if the
 * reporter has a standing itself. What passes by its word counts, each day and each week, for as many messages as the others
 * saw in all; when they saw none of it then, in full.
 */
export function strangersWord(cells: readonly Cell[], trust: Trust): Believed {
  const strangers = new Set<string>();
  for (const cell of cells) {
    if (!trust.standsAlone(cell.reporter)) strangers.add(cell.reporter);
  }
  if (strangers.size === 0) return { cells, contradicted: 0 };
  const days = sightings(
    cells,
    (cell) => cell.day,
    () => true,
  );
  const weeks = sightings(
    cells,
    (cell) => weekOf(cell.day),
    (reporter) => trust.canBearOut(reporter),
  );
  let contradicted = 0;
  const believed: Cell[] = [];
  for (const cell of cells) {
    if (!strangers.has(cell.reporter)) {
      believed.push(cell);
      continue;
    }
    const failing = cell.messages - cell.passed;
    const share = failing === 0 ? 1 : believedShare(cell, weeks, trust);
    const passing = cell.passed === 0 ? 1 : Math.min(passingShare(cell, days), passingShare(cell, weeks));
    const kept = scaled(cell, passing, share);
    contradicted += failing - (kept.messages - kept.passed);
    if (kept.messages > 0) believed.push(kept);
  }
  return { cells: believed, contradicted };
}

function weekOf(day: Day): number {
  return Math.floor(startOfDay(day) / (7 * DAY_MS));
}

interface Sighting {
  messages: number;
  passed: number;
  failing: number;
}

/** What each reporter saw, and all that can bear others out together, by day or by week. */
interface Sightings<Key> {
  readonly each: ReadonlyMap<Key, ReadonlyMap<string, Sighting>>;
  readonly all: ReadonlyMap<Key, Sighting>;
  readonly counts: (reporter: string) => boolean;
  readonly keyOf: (cell: Cell) => Key;
}

function sightings<Key>(
  cells: readonly Cell[],
  keyOf: (cell: Cell) => Key,
  counts: (reporter: string) => boolean,
): Sightings<Key> {
  const each = new Map<Key, Map<string, Sighting>>();
  const all = new Map<Key, Sighting>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const seen = each.get(key) ?? new Map<string, Sighting>();
    each.set(key, seen);
    addTo(seen, cell.reporter, cell);
    if (counts(cell.reporter)) addTo(all, key, cell);
  }
  return { each, all, counts, keyOf };
}

function addTo<Key>(tallies: Map<Key, Sighting>, key: Key, { messages, passed }: Cell): void {
  const tally = tallies.get(key) ?? { messages: 0, passed: 0, failing: 0 };
  tallies.set(key, tally);
  tally.messages += messages;
  tally.passed += passed;
  tally.failing += messages - passed;
}

const NOTHING: Sighting = { messages: 0, passed: 0, failing: 0 };

function ownAndOthers<Key>(
  cell: Cell,
  seen: Sightings<Key>,
): { readonly own: Sighting; readonly others: Sighting } {
  const key = seen.keyOf(cell);
  const own = seen.each.get(key)?.get(cell.reporter) ?? NOTHING;
  const all = seen.all.get(key) ?? NOTHING;
  if (!seen.counts(cell.reporter)) return { own, others: all };
  return {
    own,
    others: {
      messages: all.messages - own.messages,
      passed: all.passed - own.passed,
      failing: all.failing - own.failing,
    },
  };
}

/** The share of a stranger's failing mail that counts. */
function believedShare(cell: Cell, weeks: Sightings<number>, trust: Trust): number {
  const { own, others } = ownAndOthers(cell, weeks);
  if (others.messages === 0) return trust.canBearOut(cell.reporter) ? 1 : 0;
  return Math.min(1, others.failing / own.failing);
}

/** The share of a stranger's passing mail that counts: all of it when there is nobody to compare it with. */
function passingShare<Key>(cell: Cell, seen: Sightings<Key>): number {
  const { own, others } = ownAndOthers(cell, seen);
  return others.messages === 0 || own.passed <= others.messages ? 1 : others.messages / own.passed;
}

function scaled(cell: Cell, passing: number, failing: number): Cell {
  if (passing === 1 && failing === 1) return cell;
  const passed = Math.ceil(cell.passed * passing);
  const failed = Math.round((cell.messages - cell.passed) * failing);
  return {
    ...cell,
    messages: passed + failed,
    passed,
    dkimAligned: Math.min(cell.dkimAligned, passed),
    spfAligned: Math.min(cell.spfAligned, passed),
    forwarded: Math.ceil(cell.forwarded * passing),
    brokenSignature: Math.round(cell.brokenSignature * failing),
    indirect: Math.round(cell.indirect * failing),
    disputed: Math.round(cell.disputed * failing),
  };
}
