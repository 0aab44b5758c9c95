import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../descriptor.js';
import { requireDmarcName } from '../dmarc-name.js';
import { longestZone } from '../longest-zone.js';
import { compareAndReplace } from '../replace/compare-and-replace.js';
import type { NameAccess, Wanted } from '../replace/compare-and-replace.js';
import { LONGEST_TXT, quoteTxt, unquoteTxt } from '../txt-codec.js';
import type { PowerDnsOptions } from './options.js';
import { PowerDnsClient } from './powerdns-client.js';

export const POWERDNS_CAPABILITIES = {
  unit: 'rrset',
  compare: 'client',
  replace: 'atomic',
  ttl: { least: 0, most: 2_147_483_647, only: null },
  txt: { form: 'quoted', longest: LONGEST_TXT, refuses: [] },
  scope: 'account',
  completion: 'at-once',
  rateLimit: null,
} as const satisfies Capabilities;

/**
 * The HTTP API of PowerDNS. It has no precondition, so this reads, compares, writes and reads again; two writers in the
 * same moment can still cross. Where that matters the same server takes RFC 2136, which compares by itself.
 */
export class PowerDnsProvider extends DnsProvider {
  private readonly client: PowerDnsClient;

  constructor(options: PowerDnsOptions) {
    super();
    this.client = new PowerDnsClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    try {
      await this.client.findZone('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return { ok: true, message: 'the server knows the API key' };
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(requireDmarcName(fqdn), async (name) => {
      const zone = await this.client.findZone(name, signal);
      return zone === null ? null : { id: zone.id, name, nameServers: null };
    });
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const rrsets = await this.client.readName(zone.id, requireDmarcName(fqdn), signal);
    if (rrsets.some((rrset) => rrset.type === 'CNAME')) {
      throw new DnsProviderError('an alias stands at the name', { kind: 'unsupported' });
    }
    const txt = rrsets.find((rrset) => rrset.type === 'TXT');
    const served = (txt?.records ?? []).filter((record) => !record.disabled);
    const values = served.map((record) => valueOf(record.content));
    return { values, ttl: values.length === 0 ? null : (txt?.ttl ?? null) };
  }

  replaceTxt(zone: Zone, fqdn: string, change: TxtReplacement, signal: AbortSignal): Promise<WriteReceipt> {
    const access: NameAccess<null> = {
      read: async (name) => ({ set: await this.readTxt(zone, name, signal), raw: null }),
      write: (name, _now, wanted) => this.write(zone, name, wanted, signal),
    };
    return compareAndReplace(access, POWERDNS_CAPABILITIES, fqdn, change, signal);
  }

  /** Records that are switched off aren't served, but a replacement without them would lose them. */
  private async write(zone: Zone, name: string, wanted: Wanted, signal: AbortSignal): Promise<null> {
    const contents = wanted.values.map(quoteTxt);
    const disabled = new Set(await this.client.findDisabled(zone.id, name, signal));
    const records = [
      ...contents.map((content) => ({ content, disabled: false })),
      ...[...disabled]
        .filter((content) => !contents.includes(content))
        .map((content) => ({ content, disabled: true })),
    ];
    await this.client.replaceTxt(zone.id, { name: `${name}.`, ttl: wanted.ttl, records }, signal);
    return null;
  }
}

function valueOf(content: string): string {
  const value = unquoteTxt(content);
  if (value === null) throw new DnsProviderError('a TXT record is not quoted', { kind: 'malformed' });
  return value;
}
