import type { Cell } from '../evidence/cell.js';
import type { SourceId } from './source.js';
import { networkOf } from './network.js';

/**
 * Puts each cell to the source that an owner would name:
 *
 * | mail | source |
 * |---|---|
 * | authenticated as somebody else too (vendor signature or envelope) | `domain:<organizational domain>` |
 * | passes as you alone, or comes from an address that did | `host:<network>` |
 * | fails, authenticates as nobody | `net:<network>` |
 *
 * An address that has passed as you keeps its failing mail to itself: what breaks on your own server is your own.
 */
export function groupSources(cells: readonly Cell[]): ReadonlyMap<SourceId, readonly Cell[]> {
  const ownAddresses = new Set<string>();
  for (const cell of cells) if (passesAsYou(cell)) ownAddresses.add(cell.ip);
  const groups = new Map<SourceId, Cell[]>();
  for (const cell of cells) {
    const id = sourceOf(cell, ownAddresses);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [cell]);
    else group.push(cell);
  }
  return groups;
}

/** What a forwarder relays proves nothing about the forwarder's address. */
function passesAsYou(cell: Cell): boolean {
  return cell.authenticatedAs === null && cell.passed > cell.forwarded;
}

function sourceOf(cell: Cell, ownAddresses: ReadonlySet<string>): SourceId {
  if (cell.authenticatedAs !== null) return `domain:${cell.authenticatedAs}`;
  const network = networkOf(cell.ip);
  return cell.passed > 0 || ownAddresses.has(cell.ip) ? `host:${network}` : `net:${network}`;
}

/** A source's name for people. */
export function sourceName(id: SourceId): string {
  return id.slice(id.indexOf(':') + 1);
}
