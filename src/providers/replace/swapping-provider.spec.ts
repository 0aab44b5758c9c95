import { describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtSet, Zone } from '../../ports/dns-provider.js';
import { OVH_CAPABILITIES } from '../ovh/ovh-provider.js';
import { zoneOfName } from '../longest-zone.js';
import type { Standing } from './compare-and-replace.js';
import { SwappingProvider } from './swapping-provider.js';

const { signal } = new AbortController();
const ZONE = zoneOfName('example.test');
const NAME = '_dmarc.example.test';
const NONE: TxtSet = { values: [], ttl: null };
const RECORD: TxtSet = { values: ['v=DMARC1; p=none'], ttl: 300 };

/** Fails as it is told, or finds a record. */
class FailingProvider extends SwappingProvider<null> {
  forgotten = 0;
  protected override readonly zones = { forget: () => void (this.forgotten += 1) };

  constructor(private readonly fault: ConstructorParameters<typeof DnsProviderError>[1] | null) {
    super(OVH_CAPABILITIES);
  }

  async check(): Promise<ProviderCheck> {
    return { ok: true, message: '' };
  }

  protected async zoneOver(): Promise<Zone> {
    return ZONE;
  }

  protected async read(): Promise<Standing<null>> {
    if (this.fault !== null) throw new DnsProviderError('no', this.fault);
    return { set: RECORD, raw: null };
  }

  protected async write(): Promise<null> {
    return null;
  }
}

describe('what a provider remembers of its zones', () => {
  it.each<[ConstructorParameters<typeof DnsProviderError>[1], number]>([
    [{ kind: 'zone-not-found' }, 1],
    [{ kind: 'forbidden' }, 0],
    [{ kind: 'transient', mayBeApplied: false }, 0],
  ])('is forgotten by a read that ends in %j: %i', async (fault, times) => {
    const provider = new FailingProvider(fault);
    await expect(provider.readTxt(ZONE, NAME, signal)).rejects.toThrow('no');
    expect(provider.forgotten).toBe(times);
    const change = { expected: NONE, next: RECORD, changeId: 'c' };
    await expect(provider.replaceTxt(ZONE, NAME, change, signal)).rejects.toThrow('no');
    expect(provider.forgotten).toBe(2 * times);
  });

  it('is forgotten when something else stands there, and kept otherwise', async () => {
    const provider = new FailingProvider(null);
    await provider.readTxt(ZONE, NAME, signal);
    await provider.replaceTxt(ZONE, NAME, { expected: RECORD, next: RECORD, changeId: 'c' }, signal);
    expect(provider.forgotten).toBe(0);
    const change = { expected: NONE, next: RECORD, changeId: 'c' };
    await expect(provider.replaceTxt(ZONE, NAME, change, signal)).rejects.toThrow(DnsProviderError);
    expect(provider.forgotten).toBe(1);
  });
});
