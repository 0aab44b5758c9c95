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
import type { VultrOptions } from './options.js';
import { VultrClient } from './vultr-client.js';
import type { VultrEntry } from './vultr-client.js';

export const VULTR_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 120, most: 2_147_483_647, only: null },
  // No limit is documented; the longest that is known to be kept.
  txt: { form: 'quoted', longest: 766, refuses: ['double-quote', 'non-ascii'] },
  scope: 'account',
  completion: 'at-once',
  rateLimit: '30 requests in a second for each address',
} as const satisfies Capabilities;

/** Vultr's API, version 2. It has no precondition: this reads, compares, writes and reads again. */
export class VultrProvider extends SwappingProvider<readonly KeptRecord[]> {
  private readonly client: VultrClient;
  protected override readonly zones = new HeldZones(
    (signal) => this.listed(signal),
    (zone, signal) => this.completed(zone, signal),
  );

  constructor(options: VultrOptions) {
    super(VULTR_CAPABILITIES);
    this.client = new VultrClient(options);
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
      return `the key sees ${domains.length} domains, ${domain} and its records among them`;
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    return this.zones.over(name, signal);
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.domains(signal)).map(zoneOfName);
  }

  private async completed(zone: Zone, signal: AbortSignal): Promise<Zone> {
    const entries = await this.client.recordsAt(zone.name, zone.name, signal);
    const nameServers = entries.filter(({ type }) => type === 'NS').map(({ data }) => zoneName(data));
    return nameServers.length === 0 ? zone : { ...zone, nameServers };
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
    { raw: records, set }: Standing<readonly KeptRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const edits = editsTowards(records, wanted);
    const isOnly = records.length + edits.creations.length === 1;
    if (!isOnly && set.ttl !== null && wanted.ttl !== set.ttl) {
      throw new DnsProviderError(
        `Vultr keeps one TTL for all TXT records at a name, ${set.ttl} there; it can't be changed while others stand`,
        { kind: 'unsupported' },
      );
    }
    await applyEdits(edits, {
      update: ({ id, value, ttl }) =>
        this.client.updateTxt(zone.name, id, { name, data: `"${value}"`, ttl }, signal),
      create: ({ value, ttl }) => this.client.createTxt(zone.name, { name, data: `"${value}"`, ttl }, signal),
    });
    return null;
  }
}

/** Always in double quotes, with none inside; a backslash stands for itself. */
function recordOf({ id, data, ttl }: VultrEntry): KeptRecord {
  const value = /^"([^"]*)"$/.exec(data)?.[1];
  if (value === undefined) throw new DnsProviderError('a TXT record is quoted oddly', { kind: 'malformed' });
  return { id, value: txtFromText(value), ttl };
}
