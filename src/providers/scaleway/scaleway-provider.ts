import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { labelIn } from '../dmarc-name.js';
import { longestZone, longestZoneOf, zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { CNAME_AND_ALIAS, refuseAlias, standingOf } from '../replace/txt-set.js';
import { LONGEST_TXT, txtFromText } from '../txt-codec.js';
import type { ScalewayOptions } from './options.js';
import { ScalewayClient } from './scaleway-client.js';
import type { ScalewayRecord, ScalewayZone } from './scaleway-client.js';

export const SCALEWAY_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 60, most: 2_147_483_647, only: null },
  txt: {
    form: 'quoted',
    longest: LONGEST_TXT,
    refuses: ['backslash', 'double-quote', 'outer-space', 'non-ascii'],
  },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: 'none documented; asked here at most 20 times at once, then 5 times a second',
} as const satisfies Capabilities;

/** A record of a set, with what is sent again when it stays. */
interface Kept extends KeptRecord {
  readonly data: string;
  readonly ttl: number;
  readonly comment: string | null;
}

/** Scaleway: a set is replaced as a whole, so records that stay are sent again as they stand. */
export class ScalewayProvider extends SwappingProvider<readonly Kept[]> {
  private readonly client: ScalewayClient;

  constructor(options: ScalewayOptions) {
    super(SCALEWAY_CAPABILITIES);
    this.client = new ScalewayClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      await this.client.listZones('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return 'the API knows the key';
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn, async (name) => {
      const listed = await this.client.listZones(name, signal);
      const exact = listed.filter((zone) => zoneOf(zone).name === name);
      exact.forEach(requireServed);
      return exact.length === 0 ? null : longestZoneOf(name, exact.map(zoneOf));
    });
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Kept[]>> {
    const label = labelIn(name, zone.name, '');
    const listed = await this.client.listRecords(zone.id, label, signal);
    const records = listed.filter((record) => record.name.toLowerCase() === label);
    refuseAlias(records, CNAME_AND_ALIAS);
    return standingOf(records.filter(({ type }) => type === 'TXT').map(keptOf));
  }

  protected async write(
    zone: Zone,
    name: string,
    now: Standing<readonly Kept[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const { updates, creations } = editsTowards(now.raw, wanted);
    const label = labelIn(name, zone.name, '');
    const standing = now.raw.map(({ id, data, ttl, comment }) => {
      const update = updates.find((edit) => edit.id === id);
      const next = update === undefined ? { data, ttl } : { data: `"${update.value}"`, ttl: update.ttl };
      return { name: label, ...next, comment };
    });
    const coming = creations.map(({ value, ttl }) => ({
      name: label,
      data: `"${value}"`,
      ttl,
      comment: null,
    }));
    const change = standing.length === 0 ? 'add' : 'set';
    await this.client.replaceTxt(zone.id, label, [...standing, ...coming], change, signal);
    return null;
  }
}

/** Throws `transient` for a zone that is being worked on, `unsupported` for one that Scaleway doesn't serve. */
function requireServed(zone: ScalewayZone): void {
  const { status = 'active' } = zone;
  if (status === 'active') return;
  const message = `Scaleway says that the zone ${zoneOf(zone).name} is ${status}: look at it in the console`;
  const isPassing = status === 'pending';
  throw new DnsProviderError(
    message,
    isPassing ? { kind: 'transient', mayBeApplied: false } : { kind: 'unsupported' },
  );
}

function zoneOf({ domain, subdomain, ns_default }: ScalewayZone): Zone {
  const name = zoneName(subdomain === '' ? domain : `${subdomain}.${domain}`);
  return { id: name, name, nameServers: ns_default.length === 0 ? null : ns_default.map(zoneName) };
}

/** Throws `unsupported` for a record whose answer depends on who asks: writing it would flatten it. */
function keptOf(record: ScalewayRecord): Kept {
  const { id, data, ttl, comment } = record;
  const configs = [
    record.geo_ip_config,
    record.http_service_config,
    record.weighted_config,
    record.view_config,
  ];
  if (configs.some((config) => config !== null && config !== undefined)) {
    throw new DnsProviderError('a dynamic record stands at the name', { kind: 'unsupported' });
  }
  return { id, value: valueOf(data), data: sentAgain(data), ttl, comment: comment ?? null };
}

/** What is read is what is stored between quotes; only a quote in it is escaped, a backslash stands for itself. */
function valueOf(data: string): string {
  const quoted = /^"(.*)"$/s.exec(txtFromText(data))?.[1];
  if (quoted === undefined) {
    throw new DnsProviderError('a TXT record is not quoted', { kind: 'malformed' });
  }
  return quoted.replaceAll(/(?<!\\)"\s*"/g, '').replaceAll('\\"', '"');
}

/** What is written is read as in a zone file: there a backslash is escaped, too. */
function sentAgain(data: string): string {
  return data.replaceAll(/\\(?!")/g, '\\\\');
}
