import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { longestZone } from '../longest-zone.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { inKeptForm } from '../replace/kept-form.js';
import type { FormedValue } from '../replace/kept-form.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias } from '../replace/txt-set.js';
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

/** Kinds of zone that come from elsewhere, by their old names and their new ones. */
const COPIES = ['slave', 'secondary', 'consumer'];

/**
 * The HTTP API of PowerDNS. It has no precondition, so this reads, compares, writes and reads again; two writers in the
 * same moment can still cross. Where that matters the same server takes RFC 2136, which compares by itself.
 */
export class PowerDnsProvider extends SwappingProvider<readonly FormedValue<string>[]> {
  private readonly client: PowerDnsClient;

  constructor(options: PowerDnsOptions) {
    super(POWERDNS_CAPABILITIES);
    this.client = new PowerDnsClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      await this.client.findZone('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return 'the server knows the API key';
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn, async (name) => {
      const zone = await this.client.findZone(name, signal);
      if (zone === null) return null;
      // A transfer from the primary undoes what is written here, and its serial hides it from the other servers.
      if (COPIES.includes(zone.kind.toLowerCase())) {
        const message = `${name} is a ${zone.kind} zone, copied from another server; change the record there`;
        throw new DnsProviderError(message, { kind: 'unsupported' });
      }
      return { id: zone.id, name, nameServers: null };
    });
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly FormedValue<string>[]>> {
    const rrsets = await this.client.readName(zone.id, name, signal);
    refuseAlias(rrsets);
    const txt = rrsets.find((rrset) => rrset.type === 'TXT');
    const served = (txt?.records ?? []).filter((record) => !record.disabled);
    const raw = served.map(({ content }) => ({ value: valueOf(content), form: content }));
    const ttl = raw.length === 0 ? null : (txt?.ttl ?? null);
    return { set: { values: raw.map(({ value }) => value), ttl }, raw };
  }

  /** Records that are switched off aren't served, but a replacement without them would lose them. */
  protected async write(
    zone: Zone,
    name: string,
    { raw: standing }: Standing<readonly FormedValue<string>[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const contents = inKeptForm(wanted.values, standing, quoteTxt);
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
