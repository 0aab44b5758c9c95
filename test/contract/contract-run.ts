import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProvider, DnsProviderFault, TxtSet, Zone } from '../../src/ports/dns-provider.js';
import type { Capabilities } from '../../src/ports/provider-descriptor.js';
import { hasSameValues } from '../../src/providers/dmarc-name.js';
import { nearestTtl } from '../../src/providers/replace/ttl-rule.js';
import { requireCarriable } from '../../src/providers/replace/txt-rule.js';

/**
 * The zones that a lab must hold; names below `free.example.test` are the suite's own, and at
 * `_dmarc.alias.example.test` stands a CNAME.
 */
export const CONTRACT_ZONES = ['example.test', 'sub.example.test'] as const;

/** A provider and what stands behind it. */
export interface DnsProviderLab {
  readonly provider: DnsProvider;
  /** `server`: of parallel swaps exactly one wins. `client`: read, compare, write, read again. */
  readonly compare: 'server' | 'client';
  /** What the adapter says of itself; without it everything that DNS can carry must be carried. */
  readonly capabilities?: Capabilities;
  /** The same with a credential that the server doesn't know; null: there is none to be wrong. */
  readonly wrongKey: DnsProvider | null;
  /** False: the server tells a wrong credential only when a zone is asked for, so that the check can't show it. */
  readonly doesCheckKey?: boolean;
  /** The same, its server gone; null: it can't be. */
  readonly gone: DnsProvider | null;
  /** The same, its server taking requests and never answering, with a time-out of a second at most. */
  readonly silent: DnsProvider | null;
  /** What is served, read past the provider; sorted. */
  txt(fqdn: string): Promise<readonly string[]>;
  /** What somebody else writes there, past the provider. */
  write(fqdn: string, values: readonly string[], ttl?: number): Promise<void>;
  /** All records of the zones but those of one name and what counts changes (SOA), to compare before and after. */
  readonly snapshot?: (but: string) => Promise<string>;
  /** How many requests have been sent so far that change something. */
  writes?(): number;
  /** A real account: its one zone, and a label that no run before has used. */
  readonly live?: { readonly zone: string; readonly label: string };
  stop(): Promise<void>;
}

export const NONE: TxtSet = { values: [], ttl: null };
export const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
export const STRONGER = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@example.test';

/** One run of the suite: its lab, names nobody else uses, and the steps that all cases are made of. */
export class ContractRun {
  readonly signal = new AbortController().signal;
  private started: DnsProviderLab | null = null;
  private readonly zones = new Map<string, Zone>();
  private names = 0;

  constructor(private readonly makeLab: () => Promise<DnsProviderLab>) {
    setMaxListeners(0, this.signal);
  }

  get lab(): DnsProviderLab {
    if (this.started === null) throw new Error('the lab is not up');
    return this.started;
  }

  async start(): Promise<void> {
    this.started = await this.makeLab();
  }

  async stop(): Promise<void> {
    await this.started?.stop();
  }

  freshName(label = 'case'): string {
    this.names += 1;
    const { live } = this.lab;
    const place = live === undefined ? 'free.example.test' : `${live.label}.${live.zone}`;
    return `_dmarc.${label}${this.names}.${place}`;
  }

  /** The TTL that will stand there when one is wished for. */
  ttl(wish: number): number {
    const { capabilities } = this.lab;
    return capabilities === undefined ? wish : nearestTtl(wish, capabilities.ttl);
  }

  /** Whether the adapter says that it cannot carry a value. */
  isRefused(value: string): boolean {
    const { capabilities } = this.lab;
    if (capabilities === undefined) return false;
    try {
      requireCarriable(value, capabilities.txt);
      return false;
    } catch {
      return true;
    }
  }

  async read(fqdn: string): Promise<TxtSet> {
    return this.lab.provider.readTxt(await this.zone(fqdn), fqdn, this.signal);
  }

  /** One swap by the port; gives what the provider said of it. */
  async swap(fqdn: string, expected: TxtSet, next: TxtSet, provider = this.lab.provider): Promise<string> {
    const zone = await this.zone(fqdn);
    const change = { expected, next, changeId: 'change-1' };
    return (await provider.replaceTxt(zone, fqdn, change, this.signal)).note;
  }

  /**
   * A step as the service takes it, twice: reads, writes what isn't there yet; the second time nothing may be left to
   * write. The values must then be served, byte for byte.
   */
  async step(fqdn: string, values: readonly string[], ttl: number | null = 300): Promise<TxtSet> {
    const before = await this.read(fqdn);
    if (!this.stands(before, values, ttl)) await this.swap(fqdn, before, { values, ttl });
    const writes = this.lab.writes?.();
    const after = await this.read(fqdn);
    assert.ok(this.stands(after, values, ttl), `a second run would write again: ${JSON.stringify(after)}`);
    assert.equal(this.lab.writes?.(), writes, 'reading wrote something');
    assert.deepEqual(await this.lab.txt(fqdn), values.toSorted(), 'another text is served');
    return after;
  }

  /** Asked for once a name. */
  private async zone(fqdn: string): Promise<Zone> {
    const zone = this.zones.get(fqdn) ?? (await this.lab.provider.findZone(fqdn, this.signal));
    this.zones.set(fqdn, zone);
    return zone;
  }

  private stands(found: TxtSet, values: readonly string[], ttl: number | null): boolean {
    return hasSameValues(found, { values, ttl }) && (ttl === null || found.ttl === this.ttl(ttl));
  }
}

/** The fault of what must fail with a DnsProviderError. */
export async function faultOf(attempt: Promise<unknown>): Promise<DnsProviderFault> {
  const error: unknown = await attempt.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof DnsProviderError) return error.fault;
  throw error;
}
