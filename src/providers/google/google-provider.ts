import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { isInZone } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias } from '../replace/txt-set.js';
import { quoteTxt, unquoteTxt } from '../txt-codec.js';
import { GoogleClient } from './google-client.js';
import type { ManagedZone, RecordSet } from './google-client.js';
import type { GoogleOptions } from './options.js';

/** What stands at the name as Cloud DNS lists it, which a deletion must repeat exactly; null: nothing. */
interface ListedTxt {
  readonly name: string;
  readonly ttl: number;
  readonly values: readonly FormedValue<string>[];
}

/** Google Cloud DNS: a change deletes the old set and adds the new one, and fails when the old isn't there. */
export class GoogleProvider extends SwappingProvider<ListedTxt | null> {
  private readonly client: GoogleClient;

  constructor(
    private readonly options: GoogleOptions,
    capabilities: Capabilities,
  ) {
    super(capabilities);
    this.client = new GoogleClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    const { managedZone } = this.options;
    return checkAccess(async () => {
      if (managedZone === undefined) await this.client.tryOut(signal);
      else await this.client.zone(managedZone, signal);
      return 'Cloud DNS knows the credentials';
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    const { managedZone } = this.options;
    if (managedZone === undefined) return longestZone(name, (zone) => this.zoneNamed(zone, signal));

    const found = await this.client.zone(managedZone, signal);
    const zone = zoneOf(found);
    if (found.visibility !== 'public') {
      throw new DnsProviderError('the managed zone is a private one', { kind: 'unsupported' });
    }
    if (isInZone(name, zone.name)) return zone;
    throw new DnsProviderError('the managed zone does not hold the name', { kind: 'zone-not-found' });
  }

  /** `done`: the servers have been told. References are the zone's name and the change's ID, as one asks for both. */
  override async changeStatus(reference: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    const [zoneId = '', id = ''] = reference.split('/');
    return this.client.changeStatus(zoneId, id, signal);
  }

  /** Private zones of the same name are another world; of two public ones only a person knows which is served. */
  private async zoneNamed(name: string, signal: AbortSignal): Promise<Zone | null> {
    const zones = (await this.client.zonesNamed(name, signal)).filter(
      (zone) => zone.visibility === 'public' && zoneName(zone.dnsName) === name,
    );
    const [zone, other] = zones;
    if (zone === undefined) return null;
    if (other === undefined) return zoneOf(zone);
    throw new DnsProviderError(`the project holds two public zones named ${name}; set managedZone`, {
      kind: 'unsupported',
    });
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<ListedTxt | null>> {
    const sets = (await this.client.setsAt(zone.id, name, signal)).filter(
      (set) => zoneName(set.name) === name,
    );
    refuseAlias(sets);
    const txt = sets.find((set) => set.type === 'TXT');
    if (txt === undefined) return { set: { values: [], ttl: null }, raw: null };
    const raw = listedTxt(txt);
    return { set: { values: raw.values.map(({ value }) => value), ttl: raw.ttl }, raw };
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw: now }: Standing<ListedTxt | null>,
    { values, ttl }: Wanted,
    signal: AbortSignal,
  ): Promise<string> {
    const before =
      now === null ? null : { name: now.name, ttl: now.ttl, rrdatas: now.values.map(({ form }) => form) };
    const rrdatas = inKeptForm(values, now?.values ?? [], quoteTxt);
    const after = { name: now?.name ?? `${name}.`, ttl, rrdatas };
    return `${zone.id}/${await this.client.replaceTxt(zone.id, { before, after }, signal)}`;
  }
}

function zoneOf({ name: id, dnsName, nameServers }: ManagedZone): Zone {
  return { id, name: zoneName(dnsName), nameServers: nameServers?.map(zoneName) ?? null };
}

function listedTxt({ name, ttl, rrdatas, routingPolicy }: RecordSet): ListedTxt {
  if (routingPolicy !== undefined) {
    throw new DnsProviderError('the TXT set at the name follows a routing policy', { kind: 'unsupported' });
  }
  if (ttl === undefined || rrdatas === undefined || rrdatas.length === 0) {
    throw new DnsProviderError('a TXT set without values', { kind: 'malformed' });
  }
  const values = rrdatas.map((form) => {
    // A value without spaces may have been entered, and is listed, without quotes.
    const value = /^[^\s"\\]+$/.test(form) ? form : unquoteTxt(form);
    if (value !== null) return { value, form };
    throw new DnsProviderError('a TXT value that cannot be read', { kind: 'malformed' });
  });
  return { name, ttl, values };
}
