import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { HeldZones } from '../api/held-zones.js';
import { zoneName, zoneOfName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias, standingOf } from '../replace/txt-set.js';
import { txtFromText } from '../txt-codec.js';
import { DigitalOceanClient } from './digitalocean-client.js';
import type { DigitalOceanEntry } from './digitalocean-client.js';
import type { DigitalOceanOptions } from './options.js';

export const DIGITALOCEAN_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 30, most: 2_147_483_647, only: null },
  // 509 bytes as it would stand in a zone file; with two strings 504 are left. A value with quotes has room for fewer.
  txt: { form: 'raw', longest: 504, refuses: ['backslash', 'non-ascii'] },
  scope: 'account',
  completion: 'at-once',
  rateLimit: '5,000 requests in an hour and 250 in a minute for each token',
} as const satisfies Capabilities;

/** DigitalOcean's API, version 2. It has no precondition: this reads, compares, writes and reads again. */
export class DigitalOceanProvider extends SwappingProvider<readonly KeptRecord[]> {
  private readonly client: DigitalOceanClient;
  protected override readonly zones = new HeldZones(
    (signal) => this.listed(signal),
    (zone, signal) => this.completed(zone, signal),
  );

  constructor(options: DigitalOceanOptions) {
    super(DIGITALOCEAN_CAPABILITIES);
    this.client = new DigitalOceanClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const domains = await this.client.domains(signal);
      const [first] = domains;
      if (first === undefined) {
        throw new DnsProviderError('the account has no domain', { kind: 'zone-not-found' });
      }
      const domain = zoneName(first);
      await this.client.recordsAt(domain, `_dmarc.${domain}`, signal);
      return `the token sees ${domains.length} domains, ${domain} and its records among them`;
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    return this.zones.over(name, signal);
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.domains(signal)).map(zoneOfName);
  }

  private async completed(zone: Zone, signal: AbortSignal): Promise<Zone> {
    const servers = await this.client.recordsAt(zone.name, zone.name, signal, 'NS');
    const nameServers = servers.flatMap(({ type, data }) => (type === 'NS' && data !== null ? [data] : []));
    return nameServers.length === 0 ? zone : { ...zone, nameServers: nameServers.map(zoneName) };
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly KeptRecord[]>> {
    const entries = await this.client.recordsAt(zone.name, name, signal);
    refuseAlias(entries);
    const records = entries.filter((entry) => entry.type === 'TXT').map(recordOf);
    return standingOf(records);
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw: records }: Standing<readonly KeptRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    await applyEdits(editsTowards(records, wanted), {
      update: ({ id, value, ttl }) => this.client.updateTxt(zone.name, id, value, ttl, signal),
      create: ({ value, ttl }) => this.client.createTxt(zone.name, name, value, ttl, signal),
    });
    return null;
  }
}

function recordOf({ id, data, ttl }: DigitalOceanEntry): KeptRecord {
  if (id !== null && data !== null && ttl !== null) return { id: String(id), value: txtFromText(data), ttl };
  throw new DnsProviderError('a TXT record without id, data or TTL', { kind: 'malformed' });
}
