import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import type { Pace } from '../api/pace.js';
import { labelIn } from '../dmarc-name.js';
import { zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { quotedValue } from '../replace/quoted-value.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias } from '../replace/txt-set.js';
import { quoteTxt } from '../txt-codec.js';
import { DesecClient } from './desec-client.js';
import type { DesecOptions } from './options.js';

export const DESEC_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  // The least is the domain's own `minimum_ttl`; support lowers it from this on request.
  ttl: { least: 3600, most: 86_400, only: null },
  // All records of a set have 64,000 characters in JSON, where `\DDD` takes five.
  txt: { form: 'quoted', longest: 12_000, refuses: [] },
  scope: 'record',
  completion: 'at-once',
  rateLimit: 'writes of each domain: 2 a second, 15 a minute, 100 an hour, 300 a day; reads: 50 a minute',
} as const satisfies Capabilities;

/** The record as deSEC quotes it, and its value. */
type Quoted = FormedValue<string>;

/** deSEC: whole record sets. A new one is refused when one stands there already; otherwise there is no precondition. */
export class DesecProvider extends SwappingProvider<readonly Quoted[]> {
  private readonly client: DesecClient;

  constructor(options: DesecOptions) {
    super(DESEC_CAPABILITIES);
    this.client = new DesecClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const { client } = this;
      await client.pace.insist(() => client.domainOf('_dmarc.invalid', signal)); // RFC 6761 6.4: no such domain; the question is all that counts
      return 'deSEC knows the token';
    });
  }

  protected override wholeChanges(): Pace {
    return this.client.pace;
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    const domain = await this.client.domainOf(name, signal);
    if (domain === null) {
      throw new DnsProviderError('the account holds no domain for the name', { kind: 'zone-not-found' });
    }
    const nameServers = await this.client.nameServers(domain, signal);
    return { id: domain, name: zoneName(domain), nameServers: nameServers?.map(zoneName) ?? null };
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Quoted[]>> {
    const rrsets = await this.client.rrsetsAt(zone.name, labelIn(name, zone.name, ''), signal);
    refuseAlias(rrsets);
    const txt = rrsets.find(({ type }) => type === 'TXT');
    const raw = (txt?.records ?? []).map(quotedValue);
    return { set: { values: raw.map(({ value }) => value), ttl: txt?.ttl ?? null }, raw };
  }

  protected async write(
    zone: Zone,
    name: string,
    { set, raw }: Standing<readonly Quoted[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const subname = labelIn(name, zone.name, '');
    const records = [...inKeptForm(wanted.values, raw, quoteTxt)];
    if (raw.length === 0) {
      await this.client.createTxt(zone.name, { subname, ttl: wanted.ttl, records }, signal);
      return null;
    }
    // A TTL that stays isn't sent: it may be one that deSEC no longer takes.
    const change = wanted.ttl === set.ttl ? { records } : { records, ttl: wanted.ttl };
    await this.client.updateTxt(zone.name, subname, change, signal);
    return null;
  }
}
