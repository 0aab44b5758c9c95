import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { HeldZones } from '../api/held-zones.js';
import { isInZone, labelIn } from '../dmarc-name.js';
import { zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { aliasFault } from '../replace/txt-set.js';
import { splitTxt } from '../txt-codec.js';
import { AzureClient } from './azure-client.js';
import type { DnsZone, TxtRecordSet } from './azure-client.js';
import type { AzureOptions } from './options.js';

/** Azure DNS: a write carries the etag of what was read, and fails when something else stands there by then. */
export class AzureProvider extends SwappingProvider<TxtRecordSet | null> {
  private readonly client: AzureClient;
  protected override readonly zones = new HeldZones((signal) => this.listed(signal));

  constructor(
    private readonly options: AzureOptions,
    capabilities: Capabilities,
  ) {
    super(capabilities);
    this.client = new AzureClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    const { zone } = this.options;
    return checkAccess(async () => {
      if (zone === undefined) await this.client.tryOut(signal);
      else await this.client.zoneNamed(zone, signal);
      return 'Azure DNS knows the credentials';
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    const { zone } = this.options;
    if (zone === undefined) return this.zones.over(name, signal);
    const found = await this.client.zoneNamed(zone, signal);
    if (!isPublic(found)) throw new DnsProviderError('the zone is a private one', { kind: 'unsupported' });
    if (isInZone(name, zoneName(found.name))) return zoneOf(found);
    throw new DnsProviderError('the zone does not hold the name', { kind: 'zone-not-found' });
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.zones(signal)).filter(isPublic).map(zoneOf);
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<TxtRecordSet | null>> {
    const raw = await this.client.txt(zone.id, labelIn(name, zone.name, '@'), signal);
    if (raw === null) {
      await this.requireNothing(zone, name, signal);
      return { set: { values: [], ttl: null }, raw };
    }
    const values = raw.properties.TXTRecords.map(({ value }) => value.join(''));
    // Azure keeps a set when its last record goes; nothing is served then.
    return { set: { values, ttl: values.length === 0 ? null : raw.properties.TTL }, raw };
  }

  /** "No TXT set" is sure only where there is no alias instead, and where the zone itself is found. */
  private async requireNothing(zone: Zone, name: string, signal: AbortSignal): Promise<void> {
    if (await this.client.hasAlias(zone.id, labelIn(name, zone.name, '@'), signal)) throw aliasFault();
    await this.client.zone(zone.id, signal);
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw: now }: Standing<TxtRecordSet | null>,
    { values, ttl }: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const standing = now?.properties.TXTRecords ?? [];
    const kept = standing.map(({ value: form }) => ({ value: form.join(''), form }));
    const forms = inKeptForm(values, kept, (value) =>
      splitTxt(value).map((string) => string.toString('latin1')),
    );
    const metadata = now?.properties.metadata;
    const properties = {
      TTL: ttl,
      TXTRecords: forms.map((value) => ({ value })),
      ...(metadata === undefined || metadata === null ? {} : { metadata }),
    };
    await this.client.putTxt(
      zone.id,
      labelIn(name, zone.name, '@'),
      { etag: now?.etag ?? null, properties },
      signal,
    );
    return null;
  }
}

function isPublic(zone: DnsZone): boolean {
  return zone.properties.zoneType === 'Public';
}

function zoneOf({ id, name, properties }: DnsZone): Zone {
  return { id, name: zoneName(name), nameServers: properties.nameServers?.map(zoneName) ?? null };
}
