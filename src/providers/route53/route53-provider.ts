import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { Remembered } from '../api/remembered.js';
import { isInZone } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { aliasFault } from '../replace/txt-set.js';
import { quoteOctal, unescapeName, unquoteOctal } from './octal-text.js';
import type { Route53Options } from './options.js';
import { Route53Client } from './route53-client.js';
import type { HostedZone, RecordSet } from './route53-client.js';

/** What stands at the name as Route 53 lists it, which a DELETE must repeat to the letter; null: nothing. */
interface ListedTxt {
  readonly name: string;
  readonly ttl: number;
  readonly values: readonly FormedValue<string>[];
}

/** Amazon Route 53: the old set is deleted and the new one created in one batch, which fails when the old isn't there. */
export class Route53Provider extends SwappingProvider<ListedTxt | null> {
  private readonly client: Route53Client;
  /** By the name that was looked for. */
  protected override readonly zones = new Remembered<Zone>();

  constructor(
    private readonly options: Route53Options,
    capabilities: Capabilities,
  ) {
    super(capabilities);
    this.client = new Route53Client(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    const { hostedZoneId } = this.options;
    return checkAccess(async () => {
      if (hostedZoneId === undefined) await this.client.tryOut(signal);
      else await this.client.zone(hostedZoneId, signal);
      return 'Route 53 knows the credentials';
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    const { hostedZoneId } = this.options;
    if (hostedZoneId === undefined) return this.zones.get(name, () => this.listedOver(name, signal), signal);
    const { HostedZone, DelegationSet } = await this.client.zone(hostedZoneId, signal);
    const zone = zoneOf(HostedZone, DelegationSet?.NameServers ?? null);
    if (HostedZone.Config.PrivateZone) {
      throw new DnsProviderError('the hosted zone is a private one', { kind: 'unsupported' });
    }
    if (isInZone(name, zone.name)) return zone;
    throw new DnsProviderError('the hosted zone does not hold the name', { kind: 'zone-not-found' });
  }

  override async changeStatus(reference: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    return (await this.client.changeStatus(reference, signal)) === 'INSYNC' ? 'done' : 'pending';
  }

  private async listedOver(name: string, signal: AbortSignal): Promise<Zone> {
    const found = await longestZone(name, (zone) => this.zoneNamed(zone, signal));
    return { ...found, nameServers: await this.nameServers(found.id, signal) };
  }

  /** Private zones of the same name are another world; of two public ones only a person knows which is served. */
  private async zoneNamed(name: string, signal: AbortSignal): Promise<Zone | null> {
    const zones = await this.client.zonesNamed(name, signal);
    const [zone, other] = zones.filter((one) => !one.Config.PrivateZone);
    if (zone === undefined) return null;
    if (other === undefined) return zoneOf(zone, null);
    throw new DnsProviderError(`the account holds two public zones named ${name}; set hostedZoneId`, {
      kind: 'unsupported',
    });
  }

  /** A credential that may not ask for them is good enough otherwise. */
  private async nameServers(zoneId: string, signal: AbortSignal): Promise<readonly string[] | null> {
    try {
      const { DelegationSet } = await this.client.zone(zoneId, signal);
      return DelegationSet?.NameServers.map(zoneName) ?? null;
    } catch (error) {
      if (error instanceof DnsProviderError && error.fault.kind === 'forbidden') return null;
      throw error;
    }
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<ListedTxt | null>> {
    const sets = await this.client.setsAt(zone.id, name, signal);
    if (sets.some((set) => set.Type === 'CNAME')) throw aliasFault();
    const [txt, ...more] = sets.filter((set) => set.Type === 'TXT');
    if (txt === undefined) return { set: { values: [], ttl: null }, raw: null };
    if (more.length > 0 || !isSimple(txt)) {
      throw new DnsProviderError('the TXT set at the name follows a routing policy', { kind: 'unsupported' });
    }
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
    const before = now === null ? null : { ...now, values: now.values.map(({ form }) => form) };
    const after = {
      name: now?.name ?? `${name}.`,
      ttl,
      values: inKeptForm(values, now?.values ?? [], quoteOctal),
    };
    return this.client.replaceTxt(zone.id, { before, after }, signal);
  }
}

function zoneOf({ Id, Name }: HostedZone, nameServers: readonly string[] | null): Zone {
  return {
    id: Id.replace(/^\/hostedzone\//, ''),
    name: zoneName(unescapeName(Name)),
    nameServers: nameServers?.map(zoneName) ?? null,
  };
}

function isSimple(set: RecordSet): boolean {
  return (
    set.SetIdentifier === undefined &&
    set.TrafficPolicyInstanceId === undefined &&
    set.AliasTarget === undefined
  );
}

function listedTxt({ Name: name, TTL: ttl, ResourceRecords: records }: RecordSet): ListedTxt {
  if (ttl === undefined || records === undefined || records.length === 0) {
    throw new DnsProviderError('a TXT set without values', { kind: 'malformed' });
  }
  const values = records.map(({ Value: form }) => {
    const value = unquoteOctal(form);
    if (value !== null) return { value, form };
    throw new DnsProviderError('a TXT value that cannot be read', { kind: 'malformed' });
  });
  return { name, ttl, values };
}
