import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { HeldZones } from '../api/held-zones.js';
import type { Pace } from '../api/pace.js';
import { labelIn } from '../dmarc-name.js';
import { zoneName, zoneOfName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { quotedValue } from '../replace/quoted-value.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias, standingOf } from '../replace/txt-set.js';
import { quoteTxt, txtFromText } from '../txt-codec.js';
import type { OvhOptions } from './options.js';
import { OvhClient } from './ovh-client.js';
import type { OvhRecord } from './ovh-client.js';

export const OVH_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 60, most: 2_147_483_647, only: null },
  // How much it takes isn't documented; no DMARC record comes near this.
  txt: { form: 'quoted', longest: 4096, refuses: ['non-ascii'] },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: 'none documented; by its developers’ word 60 requests a minute for each key are fair',
} as const satisfies Capabilities;

/** What its servers serve as TXT: the type itself, and those that the control panel makes of it. */
const TXT_TYPES = ['TXT', 'DMARC', 'SPF', 'DKIM'];
/** Of these the target stands without quotes. */
const BARE_TYPES = ['DMARC', 'DKIM'];
/** Seconds, of a record whose TTL is 0. */
const ZONE_TTL = 3600;

/** A record with its type and the TTL as the API says it. */
interface TypedRecord extends KeptRecord {
  readonly fieldType: string;
  readonly rawTtl: number;
}

/**
 * OVH: records with ids, changed in place. What is written stands in the account only; a refresh hands the zone to the
 * name servers. So reading back proves nothing, and every write ends with `publish`, even one that finds all in place.
 */
export class OvhProvider extends SwappingProvider<readonly TypedRecord[]> {
  private readonly client: OvhClient;
  protected override readonly zones = new HeldZones(
    (signal) => this.listed(signal),
    (zone, signal) => this.completed(zone, signal),
  );

  constructor(options: OvhOptions) {
    super(OVH_CAPABILITIES);
    this.client = new OvhClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      const zones = await this.client.pace.insist(() => this.client.zones(signal));
      return `OVH knows the credential; it sees ${zones.length} zones`;
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    return this.zones.over(name, signal);
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.zones(signal)).map(zoneOfName);
  }

  private async completed(zone: Zone, signal: AbortSignal): Promise<Zone> {
    const nameServers = await this.client.nameServers(zone.name, signal);
    return { ...zone, nameServers: nameServers.map(zoneName) };
  }

  protected override wholeChanges(): Pace {
    return this.client.pace;
  }

  protected override async swap(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const receipt = await super.swap(zone, fqdn, change, signal);
    await this.publish(zone, signal);
    return { ...receipt, note: `${receipt.note}, zone refreshed` };
  }

  override async publish(zone: Zone, signal: AbortSignal): Promise<void> {
    try {
      await this.client.pace.insist(() => this.client.refresh(zone.name, signal));
    } catch (cause) {
      if (!(cause instanceof DnsProviderError)) throw cause;
      const { kind } = cause.fault;
      const isPlain = kind === 'auth' || kind === 'forbidden' || kind === 'rate-limited';
      const fault = isPlain ? cause.fault : ({ kind: 'transient', mayBeApplied: true } as const);
      const message = `the record stands in the account but is not served: the zone could not be refreshed: ${cause.message}`;
      throw new DnsProviderError(message, fault, { cause });
    }
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly TypedRecord[]>> {
    const found = await this.client.recordsAt(zone.name, labelIn(name, zone.name, ''), signal);
    refuseAlias(found.map(({ fieldType: type }) => ({ type })));
    const raw = found.filter(({ fieldType }) => TXT_TYPES.includes(fieldType)).map(typedRecord);
    return standingOf(raw);
  }

  protected async write(
    zone: Zone,
    name: string,
    { raw: records }: Standing<readonly TypedRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const subDomain = labelIn(name, zone.name, '');
    await applyEdits(editsTowards(records, wanted), {
      update: ({ id, value, ttl }) => {
        const record = records.find((one) => one.id === id);
        const isBare = BARE_TYPES.includes(record?.fieldType ?? '');
        const body = {
          subDomain,
          target: isBare ? value : quoteTxt(value),
          // One that is the zone's default stays it.
          ttl: record?.ttl === ttl ? record.rawTtl : ttl,
        };
        return this.client.updateRecord(zone.name, id, body, signal);
      },
      create: ({ value, ttl }) =>
        this.client.createTxt(zone.name, { subDomain, target: quoteTxt(value), ttl }, signal),
    });
    return null;
  }
}

function typedRecord({ id, fieldType, target, ttl }: OvhRecord): TypedRecord {
  // A target that was once given without quotes may still stand so.
  const value = target.startsWith('"') ? quotedValue(target).value : txtFromText(target);
  const rawTtl = ttl ?? 0;
  return { id: String(id), fieldType, value, ttl: rawTtl === 0 ? ZONE_TTL : rawTtl, rawTtl };
}
