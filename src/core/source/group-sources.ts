import type { Cell } from '../evidence/cell.js';
import type { SourceId } from './source.js';
import { networkOf } from './network.js';

/**
 * Cells by source. More can be added at any time: a backtest adds a day's and asks again, hundreds of times.
 *
 * Each cell goes to the source that an owner would name:
 *
 * | mail | source |
 * |---|---|
 * | authenticated as somebody else too (vendor signature or envelope) | `domain:<organizational domain>` |
 * | passes as you alone, or comes from an address that did | `host:<network>` |
 * | fails, authenticates as nobody | `net:<network>` |
 *
 * An address that has passed as you keeps its failing mail to itself: what breaks on your own server is your own.
 */
export class SourceGroups {
  private readonly ownAddresses = new Set<string>();
  private readonly groups = new Map<SourceId, Cell[]>();

  /** The sources whose cells are others than before. */
  add(cells: readonly Cell[]): ReadonlySet<SourceId> {
    const changed = new Set<SourceId>();
    for (const cell of cells) if (passesAsYou(cell)) this.claim(cell.ip, changed);
    for (const cell of cells) this.put(this.sourceOf(cell), cell, changed);
    return changed;
  }

  of(id: SourceId): readonly Cell[] {
    return this.groups.get(id) ?? [];
  }

  ids(): Iterable<SourceId> {
    return this.groups.keys();
  }

  /** The address is your own from now on: what has failed there before is as well. */
  private claim(ip: string, changed: Set<SourceId>): void {
    if (this.ownAddresses.has(ip)) return;
    this.ownAddresses.add(ip);
    const network = networkOf(ip);
    const neighbours = this.groups.get(`net:${network}`) ?? [];
    const own = neighbours.filter((cell) => cell.ip === ip);
    if (own.length === 0) return;
    this.groups.delete(`net:${network}`);
    changed.add(`net:${network}`);
    for (const cell of neighbours) this.put(this.sourceOf(cell), cell, changed);
  }

  private put(id: SourceId, cell: Cell, changed: Set<SourceId>): void {
    const group = this.groups.get(id);
    if (group === undefined) this.groups.set(id, [cell]);
    else group.push(cell);
    changed.add(id);
  }

  private sourceOf(cell: Cell): SourceId {
    if (cell.authenticatedAs !== null) return `domain:${cell.authenticatedAs}`;
    const isOwn = cell.passed > 0 || this.ownAddresses.has(cell.ip);
    return `${isOwn ? 'host' : 'net'}:${networkOf(cell.ip)}`;
  }
}

/** What a forwarder relays proves nothing about the forwarder's address. */
function passesAsYou(cell: Cell): boolean {
  return cell.authenticatedAs === null && cell.passed > cell.forwarded;
}

/** A source's name for people. */
export function sourceName(id: SourceId): string {
  return id.slice(id.indexOf(':') + 1);
}
