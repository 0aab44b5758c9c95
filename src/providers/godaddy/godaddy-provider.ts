import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import type { Pace } from '../api/pace.js';
import { labelIn } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { nearestTtl } from '../replace/ttl-rule.js';
import { aliasFault, standingOf } from '../replace/txt-set.js';
import { txtFromText, unquoteTxt } from '../txt-codec.js';
import { GodaddyClient } from './godaddy-client.js';
import type { GodaddyOptions } from './options.js';

export const GODADDY_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 600, most: 604_800, only: null },
  txt: { form: 'raw', longest: 1024, refuses: ['backslash', 'double-quote', 'outer-space', 'non-ascii'] },
  scope: 'account',
  completion: 'at-once',
  rateLimit: '60 requests a minute of each kind',
} as const satisfies Capabilities;

/** A record of a set, with its data as it stands there. */
interface Kept extends KeptRecord {
  readonly data: string;
  readonly ttl: number;
}

/** GoDaddy: a set is replaced as a whole, so records that stay are sent again as they stand. */
export class GodaddyProvider extends SwappingProvider<readonly Kept[]> {
  private readonly client: GodaddyClient;

  constructor(options: GodaddyOptions) {
    super(GODADDY_CAPABILITIES);
    this.client = new GodaddyClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      // A domain that nobody has (RFC 2606 3): listing domains is closed to accounts whose records can be changed.
      const { client } = this;
      await client.pace.insist(() => client.findNameServers('example.com', signal));
      return 'the API knows the key and is open to the account';
    });
  }

  protected override wholeChanges(): Pace {
    return this.client.pace;
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn.slice('_dmarc.'.length), async (name) => {
      if (!name.includes('.')) return null; // never a zone of an account, and no name that the API knows
      const servers = await this.client.findNameServers(name, signal);
      if (servers === null) return null;
      return { id: name, name, nameServers: servers.length === 0 ? null : servers.map(zoneName) };
    });
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Kept[]>> {
    const label = labelIn(name, zone.name, '@');
    const aliases = await this.client.listRecords(zone.id, 'CNAME', label, signal);
    if (aliases.length > 0) throw aliasFault();
    const records = await this.client.listRecords(zone.id, 'TXT', label, signal);
    return standingOf(
      records.map(({ data, ttl }, at) => ({ id: String(at), value: valueOf(data), data, ttl })),
    );
  }

  protected async write(
    zone: Zone,
    name: string,
    now: Standing<readonly Kept[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const { updates, creations } = editsTowards(now.raw, wanted);
    const records = [
      ...now.raw.map((record) => {
        const update = updates.find(({ id }) => id === record.id);
        return update === undefined ? record : { data: update.value, ttl: update.ttl };
      }),
      ...creations.map(({ value, ttl }) => ({ data: value, ttl })),
    ];
    const body = records.map(({ data, ttl }) => ({ data, ttl: nearestTtl(ttl, GODADDY_CAPABILITIES.ttl) }));
    await this.client.replaceTxt(zone.id, labelIn(name, zone.name, '@'), body, signal);
    return null;
  }
}

/** As it was given; some give it with quotes, which are served as none. */
function valueOf(data: string): string {
  const text = txtFromText(data);
  return text.startsWith('"') ? (unquoteTxt(text) ?? text) : text;
}
