import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import { checkAccess } from '../api/check-access.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { labelIn, requireDmarcName } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import { compareAndReplace } from '../replace/compare-and-replace.js';
import type { NameAccess, Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { txtSetOf } from '../replace/txt-set.js';
import { nearestTtl } from '../replace/ttl-rule.js';
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
export class GodaddyProvider extends DnsProvider {
  private readonly client: GodaddyClient;

  constructor(options: GodaddyOptions) {
    super();
    this.client = new GodaddyClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      // A domain that nobody has (RFC 2606 3): listing domains is closed to accounts whose records can be changed.
      await this.client.findNameServers('example.com', signal);
      return 'the API knows the key and is open to the account';
    });
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const domain = requireDmarcName(fqdn).slice('_dmarc.'.length);
    return longestZone(domain, async (name) => {
      if (!name.includes('.')) return null; // never a zone of an account, and no name that the API knows
      const servers = await this.client.findNameServers(name, signal);
      if (servers === null) return null;
      return { id: name, name, nameServers: servers.length === 0 ? null : servers.map(zoneName) };
    });
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    return txtSetOf(await this.recordsAt(zone, requireDmarcName(fqdn), signal));
  }

  replaceTxt(zone: Zone, fqdn: string, change: TxtReplacement, signal: AbortSignal): Promise<WriteReceipt> {
    const access: NameAccess<readonly Kept[]> = {
      read: async (name) => {
        const raw = await this.recordsAt(zone, name, signal);
        return { set: txtSetOf(raw), raw };
      },
      write: (name, now, wanted) => this.write(zone, name, now, wanted, signal),
    };
    return compareAndReplace(access, GODADDY_CAPABILITIES, fqdn, change, signal);
  }

  private async recordsAt(zone: Zone, name: string, signal: AbortSignal): Promise<readonly Kept[]> {
    const label = labelIn(name, zone.name, '@');
    const aliases = await this.client.listRecords(zone.id, 'CNAME', label, signal);
    if (aliases.length > 0) {
      throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
    }
    const records = await this.client.listRecords(zone.id, 'TXT', label, signal);
    return records.map(({ data, ttl }, at) => ({ id: String(at), value: valueOf(data), data, ttl }));
  }

  private async write(
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
