import { DnsProvider, DnsProviderError } from '../../src/ports/dns-provider.js';
import type {
  ProviderCheck,
  TxtReplacement,
  TxtSet,
  WriteReceipt,
  Zone,
} from '../../src/ports/dns-provider.js';

/** The contract in its plainest form: what every adapter is measured against, and what other tests use as a provider. */
export class MemoryProvider extends DnsProvider {
  private readonly sets = new Map<string, TxtSet>();
  /** Names at which an alias stands. */
  readonly aliases = new Set<string>();
  /** Thrown by every call while set. */
  fault: DnsProviderError | null = null;
  /** What it says of the servers of its zones. */
  nameServers: readonly string[] | null = null;

  constructor(private readonly zones: readonly string[]) {
    super();
  }

  async check(_signal: AbortSignal): Promise<ProviderCheck> {
    return { ok: this.fault === null, message: this.fault?.message ?? 'in memory' };
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    this.enter(signal);
    const name = dmarcName(fqdn);
    const zone = this.zones
      .filter((candidate) => name.endsWith(`.${candidate}`))
      .toSorted((one, other) => other.length - one.length)[0];
    if (zone === undefined) throw new DnsProviderError('no zone', { kind: 'zone-not-found' });
    return { id: zone, name: zone, nameServers: this.nameServers };
  }

  async readTxt(_zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    this.enter(signal);
    return this.standing(dmarcName(fqdn));
  }

  async replaceTxt(
    _zone: Zone,
    fqdn: string,
    { expected, next, changeId }: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    this.enter(signal);
    // No await between compare and write: that is what makes it a swap.
    const name = dmarcName(fqdn);
    const observed = this.standing(name);
    if (next.values.length === 0) throw unsupported('no delete');
    if (next.values.some((value) => /[\u{100}-\u{10ffff}]/u.test(value))) throw unsupported('not bytes');
    if (JSON.stringify(observed.values.toSorted()) !== JSON.stringify(expected.values.toSorted())) {
      throw new DnsProviderError('conflict', { kind: 'conflict', observed });
    }
    this.sets.set(name, { values: next.values, ttl: next.ttl ?? observed.ttl ?? 3600 });
    return { note: `kept in memory for change ${changeId}`, reference: null };
  }

  /** What somebody else writes. */
  write(fqdn: string, values: readonly string[], ttl = 300): void {
    this.sets.set(fqdn, { values, ttl });
  }

  txt(fqdn: string): readonly string[] {
    return this.sets.get(fqdn)?.values ?? [];
  }

  private enter(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.fault !== null) throw this.fault;
  }

  private standing(name: string): TxtSet {
    if (this.aliases.has(name)) throw unsupported('an alias');
    return this.sets.get(name) ?? { values: [], ttl: null };
  }
}

function unsupported(message: string): DnsProviderError {
  return new DnsProviderError(message, { kind: 'unsupported' });
}

function dmarcName(fqdn: string): string {
  const name = fqdn.toLowerCase().replace(/\.$/, '');
  if (/^_dmarc\.[a-z0-9._-]+$/.test(name)) return name;
  throw unsupported('only _dmarc');
}
