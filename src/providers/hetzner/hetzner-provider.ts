import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { hasSameValues, labelIn } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { quotedValue } from '../replace/quoted-value.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias } from '../replace/txt-set.js';
import { quoteTxt } from '../txt-codec.js';
import type { HetznerAction, HetznerRRset } from './hetzner-answers.js';
import { HetznerClient } from './hetzner-client.js';
import type { HetznerRecord } from './hetzner-client.js';
import type { HetznerOptions } from './options.js';
import { setTimeout as sleep } from 'node:timers/promises';

export const HETZNER_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 60, most: 2_147_483_647, only: null },
  // How much it takes isn't documented; no DMARC record comes near this.
  txt: { form: 'quoted', longest: 4096, refuses: ['non-ascii'] },
  scope: 'account',
  completion: 'polled',
  rateLimit: '3,600 requests an hour of each project',
} as const satisfies Capabilities;

/** Milliseconds between questions how far a change is; it usually takes less than a second. */
const PAUSES = [0, 200, 400, 800, 1600, 3200];

/** A record as Hetzner writes it, and its value. */
type Written = FormedValue<HetznerRecord>;

/** Hetzner's Cloud API: changes are actions that take a while, and what is read before their end may be what stood there. */
export class HetznerProvider extends SwappingProvider<readonly Written[]> {
  private readonly client: HetznerClient;

  constructor(options: HetznerOptions) {
    super(HETZNER_CAPABILITIES);
    this.client = new HetznerClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      await this.client.zoneNamed('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return 'Hetzner knows the token';
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn, async (name) => {
      const zone = await this.client.zoneNamed(name, signal);
      if (zone === null) return null;
      if (zone.mode !== 'primary') {
        const message = `Hetzner only copies ${name} from another server; change the record there`;
        throw new DnsProviderError(message, { kind: 'unsupported' });
      }
      const nameServers = zone.authoritative_nameservers.assigned.map(zoneName);
      return { id: String(zone.id), name, nameServers };
    });
  }

  override async changeStatus(reference: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    const action = await this.client.action(reference, signal);
    requireNoError(action);
    return action.status === 'running' ? 'pending' : 'done';
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Written[]>> {
    const rrsets = await this.client.rrsetsAt(zone.id, labelIn(name, zone.name, '@'), signal);
    refuseAlias(rrsets);
    const txt = rrsets.find(({ type }) => type === 'TXT');
    if (txt === undefined) return { set: { values: [], ttl: null }, raw: [] };
    // The one that is served: how long the old record may be remembered depends on it.
    const ttl = txt.ttl ?? (await this.client.zone(zone.id, signal)).ttl;
    const raw = txt.records.map(writtenOf);
    return { set: { values: raw.map(({ value }) => value), ttl }, raw };
  }

  protected async write(
    zone: Zone,
    fqdn: string,
    { set, raw }: Standing<readonly Written[]>,
    { values, ttl }: Wanted,
    signal: AbortSignal,
  ): Promise<string> {
    const name = labelIn(fqdn, zone.name, '@');
    const records = inKeptForm(values, raw, (value): HetznerRecord => ({ value: quoteTxt(value) }));
    const isThere = async () => hasSameValues((await this.read(zone, fqdn, signal)).set, { values, ttl });
    if (raw.length === 0) {
      const created = await this.client.createTxt(zone.id, { name, ttl, records }, signal);
      return this.finish(created, isThere, signal);
    }
    // One that is the zone's default stays it: it isn't sent when it stays.
    if (ttl !== set.ttl) {
      // A set of records takes one action at a time.
      const changed = await this.client.changeTtl(zone.id, name, ttl, signal);
      await this.finish(changed, async () => false, signal);
    }
    return this.finish(await this.client.setTxt(zone.id, name, records, signal), isThere, signal);
  }

  /** The id of an action that has ended, or whose outcome reading can tell. Throws when it failed. */
  private async finish(
    started: HetznerAction,
    isThere: () => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<string> {
    const id = String(started.id);
    let action = started;
    try {
      for (const pause of PAUSES) {
        if (action.status !== 'running' || (await isThere())) break;
        await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
        action = await this.client.action(id, signal);
      }
    } catch (error) {
      // The change was accepted, whatever became of a question about it.
      if (!(error instanceof DnsProviderError)) throw error;
    }
    requireNoError(action);
    return id;
  }
}

function requireNoError({ id, status, error }: HetznerAction): void {
  if (status !== 'error') return;
  const fault = { kind: 'transient', mayBeApplied: true } as const;
  throw new DnsProviderError(
    `the change failed (action ${id}): ${error?.message ?? 'no reason given'}`,
    fault,
  );
}

/** What people noted beside a record goes with it. */
function writtenOf({ value, comment }: HetznerRRset['records'][number]): Written {
  const kept = comment === undefined || comment === null ? { value } : { value, comment };
  return { value: quotedValue(value).value, form: kept };
}
