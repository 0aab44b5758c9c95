import { DnsProviderError } from '../../ports/dns-provider.js';
import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { DEFAULT_TTL, labelIn } from '../dmarc-name.js';
import { longestZone, zoneName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { refuseAlias, standingOf } from '../replace/txt-set.js';
import { LONGEST_TXT, txtFromText } from '../txt-codec.js';
import { LinodeClient } from './linode-client.js';
import type { LinodeOptions } from './options.js';

export const LINODE_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: {
    least: 300,
    most: 2_419_200,
    only: [300, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 172_800, 345_600, 604_800, 1_209_600, 2_419_200],
  },
  txt: { form: 'raw', longest: LONGEST_TXT, refuses: ['backslash', 'non-ascii'] },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: '200 lists a minute, 1600 other requests',
} as const satisfies Capabilities;

/** Linode (Akamai): each record has an id and is changed in place. */
export class LinodeProvider extends SwappingProvider<readonly KeptRecord[]> {
  private readonly client: LinodeClient;

  constructor(options: LinodeOptions) {
    super(LINODE_CAPABILITIES);
    this.client = new LinodeClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      await this.client.findDomain('invalid', signal); // RFC 6761 6.4: no such zone; the question is all that counts
      return 'the API knows the token';
    });
  }

  protected async zoneOver(fqdn: string, signal: AbortSignal): Promise<Zone> {
    return longestZone(fqdn, async (name) => {
      const domain = await this.client.findDomain(name, signal);
      if (domain === null) return null;
      if (domain.type === 'slave') throw refused(`the account only copies ${name} from another server`);
      if (domain.status === 'disabled') throw refused(`Linode does not serve ${name}: enable the domain`);
      return { id: String(domain.id), name, nameServers: null };
    });
  }

  protected async read(
    zone: Zone,
    name: string,
    signal: AbortSignal,
  ): Promise<Standing<readonly KeptRecord[]>> {
    // Names may stand there whole or without the domain.
    const names = [labelIn(name, zone.name, ''), name];
    const records = (await this.client.listTexts(zone.id, signal)).filter((record) =>
      names.includes(zoneName(record.name)),
    );
    refuseAlias(records);
    return standingOf(
      records
        .filter(({ type }) => type === 'TXT')
        .map(({ id, target, ttl_sec }) => ({
          id: String(id),
          value: txtFromText(target),
          ttl: ttl_sec === 0 ? null : ttl_sec,
        })),
    );
  }

  protected async write(
    zone: Zone,
    name: string,
    now: Standing<readonly KeptRecord[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    // A TTL that is the domain's default stays it, unless another is asked for.
    const isDefault = now.raw.length > 0 && now.set.ttl === null && wanted.ttl === DEFAULT_TTL;
    const ttl_sec = isDefault ? 0 : wanted.ttl;
    const label = labelIn(name, zone.name, '');
    await applyEdits(editsTowards(now.raw, wanted), {
      update: ({ id, value }) => this.client.updateRecord(zone.id, id, { target: value, ttl_sec }, signal),
      create: ({ value }) => this.client.createTxt(zone.id, { name: label, target: value, ttl_sec }, signal),
    });
    return null;
  }
}

function refused(message: string): DnsProviderError {
  return new DnsProviderError(message, { kind: 'unsupported' });
}
