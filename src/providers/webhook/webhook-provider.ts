import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { isInZone, requireDmarcName } from '../dmarc-name.js';
import { zoneName } from '../longest-zone.js';
import { compareAndReplace } from '../replace/compare-and-replace.js';
import type { NameAccess } from '../replace/compare-and-replace.js';
import { aliasFault } from '../replace/txt-set.js';
import { LONGEST_TXT, txtFromText } from '../txt-codec.js';
import type { WebhookOptions } from './options.js';
import { WebhookClient } from './webhook-client.js';

export const WEBHOOK_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 0, most: 2_147_483_647, only: null },
  txt: { form: 'raw', longest: LONGEST_TXT, refuses: ['non-ascii'] },
  scope: 'record',
  completion: 'at-once',
  rateLimit: 'yours; asked at most 50 times at once, then 10 times a second, and less where you answer 429',
} as const satisfies Capabilities;

/** A server of the operator's own stands in front of the DNS. It may compare by itself; this compares in any case. */
export class WebhookProvider extends DnsProvider {
  private readonly client: WebhookClient;

  constructor(options: WebhookOptions, now: () => number = Date.now) {
    super();
    this.client = new WebhookClient(options, now);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    try {
      const { ok, message, compares } = await this.client.check(signal);
      return { ok, message: compares === true ? `${message} (it compares before it writes)` : message };
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const name = requireDmarcName(fqdn);
    const zone = await this.client.zone(name, signal);
    if (zone === null) {
      throw new DnsProviderError('the server holds no zone for the name', { kind: 'zone-not-found' });
    }
    if (isInZone(name, zoneName(zone.name))) return { ...zone, name: zoneName(zone.name) };
    throw new DnsProviderError('the server names a zone that does not hold the name', { kind: 'malformed' });
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const { values, ttl, alias } = await this.client.read(zone.id, requireDmarcName(fqdn), signal);
    if (alias !== null && alias !== undefined) throw aliasFault();
    return { values: values.map(txtFromText), ttl: values.length === 0 ? null : ttl };
  }

  replaceTxt(zone: Zone, fqdn: string, change: TxtReplacement, signal: AbortSignal): Promise<WriteReceipt> {
    const { changeId } = change;
    const access: NameAccess<null> = {
      read: async (name) => ({ set: await this.readTxt(zone, name, signal), raw: null }),
      write: (name, { set: expected }, next) =>
        this.client.replace({ zone: zone.id, name, expected, next, changeId }, signal),
    };
    return compareAndReplace(access, WEBHOOK_CAPABILITIES, fqdn, change, signal);
  }
}
