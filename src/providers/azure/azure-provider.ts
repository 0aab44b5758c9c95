import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { isInZone, requireDmarcName } from '../dmarc-name.js';
import { longestZoneOf, zoneName } from '../longest-zone.js';
import { compareAndReplace } from '../replace/compare-and-replace.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import { splitTxt } from '../txt-codec.js';
import { AzureClient } from './azure-client.js';
import type { DnsZone, TxtRecordSet } from './azure-client.js';
import type { AzureOptions } from './options.js';

/** Azure DNS: a write carries the etag of what was read, and fails when something else stands there by then. */
export class AzureProvider extends DnsProvider {
  private readonly client: AzureClient;

  constructor(
    private readonly options: AzureOptions,
    private readonly capabilities: Capabilities,
  ) {
    super();
    this.client = new AzureClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    const { zone } = this.options;
    try {
      if (zone === undefined) await this.client.tryOut(signal);
      else await this.client.zoneNamed(zone, signal);
      return { ok: true, message: 'Azure DNS knows the credentials' };
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const name = requireDmarcName(fqdn);
    const { zone } = this.options;
    if (zone === undefined) {
      const zones = await this.client.zones(signal);
      return longestZoneOf(name, zones.filter(isPublic).map(zoneOf));
    }
    const found = await this.client.zoneNamed(zone, signal);
    if (!isPublic(found)) throw new DnsProviderError('the zone is a private one', { kind: 'unsupported' });
    if (isInZone(name, zoneName(found.name))) return zoneOf(found);
    throw new DnsProviderError('the zone does not hold the name', { kind: 'zone-not-found' });
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    return (await this.read(zone, requireDmarcName(fqdn), signal)).set;
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const access = {
      read: (name: string, during: AbortSignal) => this.read(zone, name, during),
      write: (name: string, now: Standing<TxtRecordSet | null>, wanted: Wanted, during: AbortSignal) =>
        this.write(zone, name, now.raw, wanted, during),
    };
    return compareAndReplace(access, this.capabilities, fqdn, change, signal);
  }

  private async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<TxtRecordSet | null>> {
    const raw = await this.client.txt(zone.id, relativeName(name, zone), signal);
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
    if (await this.client.hasAlias(zone.id, relativeName(name, zone), signal)) {
      throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
    }
    await this.client.zone(zone.id, signal);
  }

  private async write(
    zone: Zone,
    name: string,
    now: TxtRecordSet | null,
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
      relativeName(name, zone),
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

function relativeName(name: string, zone: Zone): string {
  return name === zone.name ? '@' : name.slice(0, -zone.name.length - 1);
}
