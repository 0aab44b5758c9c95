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
  /** Thrown by every call while set. */
  fault: DnsProviderError | null = null;

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
    return { id: zone, name: zone };
  }

  async readTxt(_zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    this.enter(signal);
    return this.sets.get(dmarcName(fqdn)) ?? { values: [], ttl: null };
  }

  async replaceTxt(
    _zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    this.enter(signal);
    // No await between compare and write: that is what makes it a swap.
    const observed = this.sets.get(dmarcName(fqdn)) ?? { values: [], ttl: null };
    if (change.next.values.length === 0) throw new DnsProviderError('no delete', { kind: 'unsupported' });
    if (JSON.stringify(observed.values.toSorted()) !== JSON.stringify(change.expected.values.toSorted())) {
      throw new DnsProviderError('conflict', { kind: 'conflict', observed });
    }
    this.sets.set(dmarcName(fqdn), {
      values: change.next.values,
      ttl: change.next.ttl ?? observed.ttl ?? 3600,
    });
    return { note: `kept in memory for change ${change.changeId}` };
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
}

function dmarcName(fqdn: string): string {
  const name = fqdn.toLowerCase().replace(/\.$/, '');
  if (name.startsWith('_dmarc.')) return name;
  throw new DnsProviderError('only _dmarc', { kind: 'unsupported' });
}
