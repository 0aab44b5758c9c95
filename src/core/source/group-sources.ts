import type { Cell } from '../evidence/cell.js';
import type { SourceId } from './source.js';
import type { Trust } from '../evidence/trust.js';
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
 * Mail of a subdomain is a source of its own, `<source>@<subdomain>`: another policy applies to it. An address that has
 * passed as you keeps its failing mail to itself: what breaks on your own server is your own.
 */
export class SourceGroups {
  /** Addresses by the reporters that saw them pass, and whether that is more than one stranger's word. */
  private readonly passing = new Map<string, Set<string>>();
  private readonly own = new Set<string>();
  private readonly groups = new Map<SourceId, Cell[]>();

  constructor(
    /** The policy domain. */
    private readonly domain: string,
    private readonly trust: Trust,
  ) {}

  /** The sources whose cells are others than before. */
  add(cells: readonly Cell[]): ReadonlySet<SourceId> {
    const changed = new Set<SourceId>();
    for (const cell of cells) if (passesAsYou(cell)) this.witness(cell, changed);
    for (const cell of cells) this.put(cell, changed);
    return changed;
  }

  of(id: SourceId): readonly Cell[] {
    return this.groups.get(id) ?? [];
  }

  ids(): Iterable<SourceId> {
    return this.groups.keys();
  }

  /** Whether mail from there has passed as you, by more than one stranger's word. */
  isOwn(ip: string): boolean {
    return this.own.has(ip);
  }

  private witness(cell: Cell, changed: Set<SourceId>): void {
    if (this.own.has(cell.ip)) return;
    const reporters = this.passing.get(cell.ip) ?? new Set<string>();
    this.passing.set(cell.ip, reporters.add(cell.reporter));
    if (this.trust.isAttested(reporters)) this.claim(cell.ip, changed);
  }

  /** The address is your own from now on: what has failed there before is as well. */
  private claim(ip: string, changed: Set<SourceId>): void {
    this.own.add(ip);
    const network = `net:${networkOf(ip)}`;
    for (const id of [...this.groups.keys()]) {
      if (id !== network && !id.startsWith(`${network}@`)) continue;
      const neighbours = this.of(id);
      if (neighbours.every((cell) => cell.ip !== ip)) continue;
      this.groups.delete(id);
      changed.add(id);
      for (const cell of neighbours) this.put(cell, changed);
    }
  }

  private put(cell: Cell, changed: Set<SourceId>): void {
    const id = this.sourceOf(cell);
    const group = this.groups.get(id);
    if (group === undefined) this.groups.set(id, [cell]);
    else group.push(cell);
    changed.add(id);
  }

  private sourceOf(cell: Cell): SourceId {
    const source = this.senderOf(cell);
    return cell.headerFrom === this.domain ? source : `${source}@${cell.headerFrom}`;
  }

  private senderOf(cell: Cell): SourceId {
    if (cell.authenticatedAs !== null) return `domain:${cell.authenticatedAs}`;
    const isOwn = cell.passed > 0 || this.own.has(cell.ip);
    return `${isOwn ? 'host' : 'net'}:${networkOf(cell.ip)}`;
  }
}

/** What a forwarder relays proves nothing about the forwarder's address. */
function passesAsYou(cell: Cell): boolean {
  return cell.authenticatedAs === null && cell.passed > cell.forwarded;
}
