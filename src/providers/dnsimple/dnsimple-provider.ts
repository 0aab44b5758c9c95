import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { labelIn } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { CNAME_AND_ALIAS, refuseAlias, standingOf } from '../replace/txt-set.js';
import { txtFromText, unquoteTxt } from '../txt-codec.js';
import { DnsimpleClient } from './dnsimple-client.js';
import type { DnsimpleRecord } from './dnsimple-client.js';
import type { DnsimpleOptions } from './options.js';

export const DNSIMPLE_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 60, most: 2_147_483_647, only: null },
  // 1000 characters with quotes and the spaces between the strings.
  txt: {
    form: 'quoted',
    longest: 988,
    refuses: ['backslash', 'double-quote', 'outer-space', 'non-ascii'],
  },
  scope: 'zone',
  completion: 'polled',
  rateLimit: '2400 requests an hour',
} as const satisfies Capabilities;

/** One quoted string of a TXT record may have 255 characters, its quotes among them. */
const LONGEST_QUOTED = 253;

/** DNSimple: each record has an id and is changed in place. */
export class DnsimpleProvider extends SwappingProvider<readonly KeptRecord[]> {
  private readonly client: DnsimpleClient;

  constructor(options: DnsimpleOptions) {
    super(DNSIMPLE_CAPABILITIES);
    this.client = new DnsimpleClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const account = await this.client.findAccount(signal);
      return `the API knows the token; account ${account}`;
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn, async (name) => {
      const zone = await this.client.findZone(name, signal);
      if (zone === null) return null;
      if (zone.secondary === true) {
        const message = `the account only copies ${name} from another server`;
        throw new DnsProviderError(message, { kind: 'unsupported' });
      }
      if (zone.active === false) {
        const message = `DNSimple does not serve ${name}: activate DNS services for the domain`;
        throw new DnsProviderError(message, { kind: 'unsupported' });
      }
      const servers = await this.client.listRecords(name, { type: 'NS' }, signal);
      const own = servers.filter((record) => record.name === '' && record.type === 'NS');
      const nameServers = own.length === 0 ? null : own.map(({ content }) => zoneName(content));
      return { id: name, name, nameServers };
    });
  }

  /** `done`: all its servers have the record. References are the zone's name and the record's ID, as one asks by both. */
  override async changeStatus(reference: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    const [zone = '', id = ''] = reference.split('/');
    return (await this.client.isDistributed(zone, id, signal)) ? 'done' : 'pending';
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly KeptRecord[]>> {
    const label = labelIn(name, zone.name, '');
    const filter = label === '' ? {} : { name: label };
    const listed = await this.client.listRecords(zone.id, filter, signal);
    const records = listed.filter((record) => record.name.toLowerCase() === label);
    refuseAlias(records, CNAME_AND_ALIAS);
    records.forEach(requireEverywhere);
    return standingOf(
      records
        .filter(({ type }) => type === 'TXT')
        .map(({ id, content, ttl }) => ({ id: String(id), value: valueOf(content), ttl })),
    );
  }

  protected async write(
    zone: Zone,
    name: string,
    now: Standing<readonly KeptRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<string | null> {
    const label = labelIn(name, zone.name, '');
    const written: string[] = [];
    await applyEdits(editsTowards(now.raw, wanted), {
      update: async ({ id, value, ttl }) => {
        await this.client.updateRecord(zone.id, id, { content: contentOf(value), ttl }, signal);
        written.push(id);
      },
      create: async ({ value, ttl }) => {
        const record = { name: label, content: contentOf(value), ttl };
        written.push(await this.client.createTxt(zone.id, record, signal));
      },
    });
    const last = written.at(-1);
    return last === undefined ? null : `${zone.id}/${last}`;
  }
}

/** Throws `unsupported` for a record that only some of the servers have: what people see of it depends on where they are. */
function requireEverywhere({ type, regions = [] }: DnsimpleRecord): void {
  if (type !== 'TXT' || regions.length === 0 || regions.includes('global')) return;
  throw new DnsProviderError('a record of single regions stands at the name', { kind: 'unsupported' });
}

/** Quoted, what was quoted when it was written or by DNSimple itself; records of long ago stand there without quotes. */
function valueOf(content: string): string {
  const text = txtFromText(content);
  if (!text.startsWith('"')) return text;
  const value = unquoteTxt(text);
  if (value === null) throw new DnsProviderError('a TXT record is not quoted well', { kind: 'malformed' });
  return value;
}

/** Nothing in the value needs an escape: what would is refused before. */
function contentOf(value: string): string {
  const strings = value.match(new RegExp(`.{1,${LONGEST_QUOTED}}`, 'gs')) ?? [''];
  return strings.map((string) => `"${string}"`).join(' ');
}
