import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { requireInZone } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias, standingOf } from '../replace/txt-set.js';
import { quoteTxt, txtFromText, unquoteTxt } from '../txt-codec.js';
import type { CloudflareEntry, CloudflareZone } from './cloudflare-answers.js';
import { asciiName, CloudflareClient } from './cloudflare-client.js';
import type { CloudflareOptions } from './options.js';

export const CLOUDFLARE_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 60, most: 86_400, only: null },
  // 4,096 bytes of RDATA: 16 strings of 255 bytes, each behind its length.
  txt: { form: 'quoted', longest: 4080, refuses: [] },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: '1,200 requests in five minutes for each user, whatever they are made with',
} as const satisfies Capabilities;

/** The API's word for a TTL that Cloudflare chooses, and what it then serves, in seconds. */
const AUTOMATIC = 1;
const AUTOMATIC_TTL = 300;

/** A record with the TTL as the API says it. */
interface CloudflareRecord extends KeptRecord {
  readonly rawTtl: number;
}

/** Cloudflare's API, version 4. It has no precondition: this reads, compares, writes and reads again. */
export class CloudflareProvider extends SwappingProvider<readonly CloudflareRecord[]> {
  private readonly client: CloudflareClient;

  constructor(options: CloudflareOptions) {
    super(CLOUDFLARE_CAPABILITIES);
    this.client = new CloudflareClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const { items, total = items.length } = await this.client.visibleZones(signal);
      const first = items[0];
      if (first === undefined) {
        throw new DnsProviderError('the token sees no zone; it needs Zone:Read', { kind: 'forbidden' });
      }
      await this.client.recordsAt(first.id, `_dmarc.${asciiName(first)}`, signal);
      return `the token sees ${total} zones, ${first.name} and its records among them`;
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const idle: CloudflareZone[] = [];
    try {
      return await longestZone(fqdn, (name) => this.servedZone(name, idle, signal));
    } catch (error) {
      const [zone] = idle;
      if (zone === undefined || !isZoneNotFound(error)) throw error;
      const state = `the zone ${zone.name} is ${zone.status} and of type ${zone.type}`;
      throw new DnsProviderError(
        `${state}; Cloudflare serves its records only when it is active and full`,
        { kind: 'unsupported' },
        { cause: error },
      );
    }
  }

  /** A zone that isn't served (still pending, moved away, or served elsewhere) doesn't hold the name. */
  private async servedZone(name: string, idle: CloudflareZone[], signal: AbortSignal): Promise<Zone | null> {
    if (!name.includes('.')) return null;
    const zones = await this.client.zonesNamed(name, signal);
    const served = zones.filter((zone) => zone.status === 'active' && zone.type === 'full');
    if (served.length > 1) {
      throw new DnsProviderError(
        `${served.length} accounts hold an active zone ${name}; name the right one as \`account\``,
        { kind: 'unsupported' },
      );
    }
    idle.push(...zones.filter((zone) => !served.includes(zone)));
    return served[0] === undefined ? null : zoneOf(served[0]);
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly CloudflareRecord[]>> {
    requireInZone(name, zone.name);
    const entries = await this.client.recordsAt(zone.id, name, signal);
    refuseAlias(entries);
    const records = entries.filter((entry) => entry.type === 'TXT').map(recordOf);
    return standingOf(records);
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw: records }: Standing<readonly CloudflareRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    await applyEdits(editsTowards(records, wanted), {
      update: ({ id, value, ttl }) => {
        const kept = records.find((record) => record.id === id && record.ttl === ttl);
        const txt = { name, content: quoteTxt(value), ttl: kept?.rawTtl ?? ttl };
        return this.client.updateTxt(zone.id, id, txt, signal);
      },
      create: ({ value, ttl }) =>
        this.client.createTxt(zone.id, { name, content: quoteTxt(value), ttl }, signal),
    });
    return null;
  }
}

function isZoneNotFound(error: unknown): boolean {
  return error instanceof DnsProviderError && error.fault.kind === 'zone-not-found';
}

function zoneOf(zone: CloudflareZone): Zone {
  const servers = [...(zone.name_servers ?? []), ...(zone.vanity_name_servers ?? [])].map(zoneName);
  return { id: zone.id, name: asciiName(zone), nameServers: servers.length === 0 ? null : servers };
}

function recordOf({ id, ttl, content }: CloudflareEntry): CloudflareRecord {
  if (content === undefined)
    throw new DnsProviderError('a TXT record without content', { kind: 'malformed' });
  return { id, value: valueOf(content), ttl: ttl === AUTOMATIC ? AUTOMATIC_TTL : ttl, rawTtl: ttl };
}

/** Quoted strings, or the bare text as it was once given: the API answers both forms, whatever was written. */
function valueOf(content: string): string {
  const text = txtFromText(content);
  if (!text.startsWith('"')) return text;
  const value = unquoteTxt(text);
  if (value === null) throw new DnsProviderError('a TXT record is quoted oddly', { kind: 'malformed' });
  return value;
}
