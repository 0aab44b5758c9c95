import type { Cell } from '../evidence/cell.js';
import type { Day } from '../instant.js';
import type { SourceId } from './source.js';
import { SourceTally } from './source-history.js';
import type { SourceHistory } from './source-history.js';
import type { Trust } from '../evidence/trust.js';
import { hostOf, networkOf } from './network.js';

const NEVER: ReadonlySet<Day> = new Set();

/** So many hosts of yours in one network make it a pool: its other addresses send for you as well. */
const POOL_HOSTS = 8;

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
 * passed as you keeps its failing mail to itself: what breaks on your own server is your own. So does a network with
 * several such addresses, since large senders use another one each time.
 */
export class SourceGroups {
  /** Hosts by the reporters that saw them pass. */
  private readonly passing = new Map<string, Set<string>>();
  /** Those that are yours, by more than one stranger's word. */
  private readonly own = new Set<string>();
  /** Addresses by the days on which their mail passed as you, by whomever it was signed beside. */
  private readonly passes = new Map<string, Set<Day>>();
  /** Addresses that have passed on mail of yours unbroken, by the reporters that saw it. */
  private readonly forwarders = new Map<string, Set<string>>();
  /** Networks, by how many hosts in them are yours. */
  private readonly ownNetworks = new Map<string, number>();
  private readonly groups = new Map<SourceId, SourceTally>();
  /** Sources that are nobody, by network: thousands of hosts ask for their neighbours. */
  private readonly nobodies = new Map<string, Set<SourceId>>();

  constructor(
    /** The policy domain. */
    private readonly domain: string,
    private readonly trust: Trust,
  ) {}

  /** The sources whose cells are others than before. */
  add(cells: readonly Cell[]): ReadonlySet<SourceId> {
    const changed = new Set<SourceId>();
    for (const cell of cells) {
      if (cell.forwarded > 0) {
        const seenBy = this.forwarders.get(cell.ip) ?? new Set<string>();
        this.forwarders.set(cell.ip, seenBy.add(cell.reporter));
      }
      if (cell.passed <= cell.forwarded) continue;
      this.notePass(cell);
      if (cell.authenticatedAs === null) this.witness(cell, changed);
    }
    for (const cell of cells) this.put(cell, changed);
    return changed;
  }

  of(id: SourceId): readonly Cell[] {
    return this.groups.get(id)?.cells ?? [];
  }

  /** Null: there is no such source, or no more. */
  history(id: SourceId): SourceHistory | null {
    return this.groups.get(id)?.history(this.trust) ?? null;
  }

  ids(): Iterable<SourceId> {
    return this.groups.keys();
  }

  /** Whether mail from there has passed as you, by more than one stranger's word, or from enough hosts around it. */
  isOwn(ip: string): boolean {
    return this.own.has(hostOf(ip)) || (this.ownNetworks.get(networkOf(ip)) ?? 0) >= POOL_HOSTS;
  }

  /** Whether mail of yours has come from there unbroken, by more than one stranger's word. */
  isForwarder(ip: string): boolean {
    const seenBy = this.forwarders.get(ip);
    return seenBy !== undefined && this.trust.isAttested(seenBy);
  }

  /** The days on which mail from an address passed, where it is yours. */
  passedOn(ip: string): ReadonlySet<Day> {
    return this.isOwn(ip) ? (this.passes.get(ip) ?? NEVER) : NEVER;
  }

  private notePass({ day, ip }: Cell): void {
    const days = this.passes.get(ip);
    if (days === undefined) this.passes.set(ip, new Set([day]));
    else days.add(day);
  }

  /** What a forwarder relays proves nothing about the forwarder's address. */
  private witness(cell: Cell, changed: Set<SourceId>): void {
    const host = hostOf(cell.ip);
    if (this.own.has(host)) return;
    const reporters = this.passing.get(host) ?? new Set<string>();
    this.passing.set(host, reporters.add(cell.reporter));
    if (this.trust.isAttested(reporters)) this.claim(host, networkOf(cell.ip), changed);
  }

  /** The host is your own from now on, and with enough of them the whole pool: what has failed there before is as well. */
  private claim(host: string, network: string, changed: Set<SourceId>): void {
    this.own.add(host);
    this.ownNetworks.set(network, (this.ownNetworks.get(network) ?? 0) + 1);
    const inNetwork = Array.from(this.nobodies.get(network) ?? NEVER); // it changes on the way
    for (const id of inNetwork) {
      const neighbours = this.of(id);
      if (!neighbours.some((cell) => this.isOwn(cell.ip))) continue;
      this.groups.delete(id);
      this.nobodies.get(network)?.delete(id);
      changed.add(id);
      for (const cell of neighbours) this.put(cell, changed);
    }
  }

  private put(cell: Cell, changed: Set<SourceId>): void {
    const id = this.sourceOf(cell);
    const tally = this.groups.get(id) ?? new SourceTally();
    this.groups.set(id, tally);
    if (tally.cells.length === 0 && id.startsWith('net:')) this.noteNobody(id, networkOf(cell.ip));
    tally.add(cell);
    changed.add(id);
  }

  private noteNobody(id: SourceId, network: string): void {
    const inNetwork = this.nobodies.get(network);
    if (inNetwork === undefined) this.nobodies.set(network, new Set([id]));
    else inNetwork.add(id);
  }

  private sourceOf(cell: Cell): SourceId {
    const source = this.senderOf(cell);
    return cell.headerFrom === this.domain ? source : `${source}@${cell.headerFrom}`;
  }

  private senderOf(cell: Cell): SourceId {
    if (cell.authenticatedAs !== null) return `domain:${cell.authenticatedAs}`;
    const isOwn = cell.passed > 0 || this.isOwn(cell.ip);
    return `${isOwn ? 'host' : 'net'}:${networkOf(cell.ip)}`;
  }
}
