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
  const groups = new Map<SourceId, Cell[]>();
  const addresses = new Map<string, Cell[]>();
  for (const cell of cells) {
    if (cell.authenticatedAs === null) put(addresses, cell.ip, cell);
    else put(groups, `domain:${cell.authenticatedAs}`, cell);
  }
  for (const [ip, sent] of addresses) {
    const network = networkOf(ip);
    const isOwn = sent.some(passesAsYou);
    for (const cell of sent) put(groups, `${isOwn || cell.passed > 0 ? 'host' : 'net'}:${network}`, cell);
  }
  return groups;
}

function put(groups: Map<string, Cell[]>, key: string, cell: Cell): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [cell]);
  else group.push(cell);
}

/** What a forwarder relays proves nothing about the forwarder's address. */
function passesAsYou(cell: Cell): boolean {
  return cell.passed > cell.forwarded;
}

/** A source's name for people. */
export function sourceName(id: SourceId): string {
  return id.slice(id.indexOf(':') + 1);
}
