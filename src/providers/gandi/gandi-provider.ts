import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { HeldZones } from '../api/held-zones.js';
import { labelIn } from '../dmarc-name.js';
import { zoneName, zoneOfName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { quotedValue } from '../replace/quoted-value.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias } from '../replace/txt-set.js';
import { quoteTxt } from '../txt-codec.js';
import { GandiClient } from './gandi-client.js';
import type { GandiOptions } from './options.js';

export const GANDI_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 300, most: 2_592_000, only: null },
  // How much it takes isn't documented; no DMARC record comes near this.
  txt: { form: 'quoted', longest: 4096, refuses: ['non-ascii'] },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: '1,000 requests a minute from one address',
} as const satisfies Capabilities;

/** The record as Gandi quotes it, and its value. */
type Quoted = FormedValue<string>;

/** Gandi LiveDNS: whole record sets, put in one request. It has no precondition: this reads, compares, writes and reads again. */
export class GandiProvider extends SwappingProvider<readonly Quoted[]> {
  private readonly client: GandiClient;
  protected override readonly zones = new HeldZones(
    (signal) => this.listed(signal),
    (zone, signal) => this.completed(zone, signal),
  );

  constructor(options: GandiOptions) {
    super(GANDI_CAPABILITIES);
    this.client = new GandiClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const [first] = await this.client.firstDomains(signal);
      return first === undefined
        ? 'Gandi knows the token, but it sees no domain'
        : `Gandi knows the token; it sees ${first}`;
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    return this.zones.over(name, signal);
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.domains(signal)).map(zoneOfName);
  }

  private async completed(zone: Zone, signal: AbortSignal): Promise<Zone> {
    const nameServers = await this.client.nameServers(zone.name, signal);
    return { ...zone, nameServers: nameServers.map(zoneName) };
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Quoted[]>> {
    const rrsets = await this.client.rrsetsAt(zone.name, labelIn(name, zone.name, '@'), signal);
    refuseAlias(rrsets.map(({ rrset_type: type }) => ({ type })));
    const txt = rrsets.find(({ rrset_type: type }) => type === 'TXT');
    const raw = (txt?.rrset_values ?? []).map(quotedValue);
    return { set: { values: raw.map(({ value }) => value), ttl: txt?.rrset_ttl ?? null }, raw };
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw }: Standing<readonly Quoted[]>,
    { values, ttl }: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const contents = { values: inKeptForm(values, raw, quoteTxt), ttl };
    await this.client.putTxt(zone.name, labelIn(name, zone.name, '@'), contents, signal);
    return null;
  }
}
