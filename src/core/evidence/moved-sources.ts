import { FIXED_AFTER_DAYS } from './assess-source.js';
import type { Day } from '../instant.js';
import type { SourceGroups } from '../source/group-sources.js';
import type { SourceId } from '../source/source.js';
import type { SourceHistory } from '../source/source-history.js';

/** The addresses that sent most of a source's failing mail must have turned, by volume. */
const TURNED_SHARE = 0.9;

/**
 * A sender that is aligned in the end may leave its old identity behind: it no longer signs or bounces as itself, and
 * its mail moves to another source, whichever address it now comes from has passed by more than one stranger's word. It counts as fixed when the addresses that sent nearly all of its failing mail
 * passed nothing as you before, and have passed as you on 7 days since. Answers the day of that, per failing source.
 */
export function movedSources(
  groups: SourceGroups,
  histories: ReadonlyMap<SourceId, SourceHistory>,
): ReadonlyMap<SourceId, Day> {
  const failing = new Map<SourceId, Day>();
  for (const [id, history] of histories) {
    const lastBad = id.startsWith('domain:') ? history.badDays.at(-1) : undefined;
    if (lastBad !== undefined) failing.set(id, lastBad.day);
  }
  const moved = new Map<SourceId, Day>();
  if (failing.size === 0) return moved;
  for (const [id, lastBad] of failing) {
    const since = turnedOn(groups, id, lastBad);
    if (since !== null) moved.set(id, since);
  }
  return moved;
}

function turnedOn(groups: SourceGroups, id: SourceId, lastBad: Day): Day | null {
  const failing = new Map<string, { count: number; first: Day }>();
  for (const cell of groups.of(id)) {
    const count = cell.messages - cell.passed;
    const known = failing.get(cell.ip);
    if (count > 0) {
      failing.set(cell.ip, {
        count: count + (known?.count ?? 0),
        first: known !== undefined && known.first < cell.day ? known.first : cell.day,
      });
    }
  }
  let [turned, all] = [0, 0];
  const days = new Set<Day>();
  for (const [ip, it] of failing) {
    all += it.count;
    const passing = [...groups.passedOn(ip)];
    if (passing.some((day) => day < it.first)) continue; // shared with mail that always passed: proves nothing
    const after = passing.filter((day) => day > lastBad);
    if (after.length > 0) turned += it.count;
    for (const day of after) days.add(day);
  }
  const sorted = [...days].sort();
  return all > 0 && turned >= all * TURNED_SHARE ? (sorted[FIXED_AFTER_DAYS - 1] ?? null) : null;
}
