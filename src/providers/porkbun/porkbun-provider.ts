import type { ProviderCheck, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { checkAccess } from '../api/check-access.js';
import { HeldZones } from '../api/held-zones.js';
import { labelIn, requireInZone } from '../dmarc-name.js';
import { zoneName, zoneOfName } from '../longest-zone.js';
import { applyEdits } from '../replace/apply-edits.js';
import type { Standing, Wanted } from '../replace/compare-and-replace.js';
import { editsTowards } from '../replace/record-edits.js';
import type { KeptRecord } from '../replace/record-edits.js';
import { SwappingProvider } from '../replace/swapping-provider.js';
import { nearestTtl } from '../replace/ttl-rule.js';
import { CNAME_AND_ALIAS, refuseAlias, standingOf } from '../replace/txt-set.js';
import { LONGEST_TXT, txtFromText, unquoteTxt } from '../txt-codec.js';
import type { PorkbunOptions } from './options.js';
import { PorkbunClient } from './porkbun-client.js';

export const PORKBUN_CAPABILITIES = {
  unit: 'record',
  compare: 'client',
  replace: 'steps',
  ttl: { least: 600, most: 2_147_483_647, only: null },
  txt: {
    form: 'raw',
    longest: LONGEST_TXT,
    refuses: ['backslash', 'double-quote', 'outer-space', 'non-ascii'],
  },
  scope: 'zone',
  completion: 'at-once',
  rateLimit: '1 request a second',
} as const satisfies Capabilities;

/** A record, with what its owner noted on it. */
interface Kept extends KeptRecord {
  readonly notes: string;
}

/** Porkbun: each record has an id and is replaced in place. */
export class PorkbunProvider extends SwappingProvider<readonly Kept[]> {
  private readonly client: PorkbunClient;
  protected override readonly zones = new HeldZones((signal) => this.listed(signal));

  constructor(options: PorkbunOptions) {
    super(PORKBUN_CAPABILITIES);
    this.client = new PorkbunClient(options);
  }

  async check(signal: AbortSignal): Promise<ProviderCheck> {
    return checkAccess(async () => {
      await this.client.ping(signal);
      return 'the API knows the keys';
    });
  }

  protected async zoneOver(name: string, signal: AbortSignal): Promise<Zone> {
    return this.zones.over(name, signal);
  }

  private async listed(signal: AbortSignal): Promise<readonly Zone[]> {
    return (await this.client.listDomains(signal)).map(zoneOfName);
  }

  protected async read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<readonly Kept[]>> {
    requireInZone(name, zone.name);
    const all = await this.client.listRecords(zone.id, signal);
    const records = all.filter((record) => zoneName(record.name) === name);
    refuseAlias(records, CNAME_AND_ALIAS);
    return standingOf(
      records
        .filter(({ type }) => type === 'TXT')
        .map(({ id, content, ttl, notes }) => ({ id, value: valueOf(content), ttl, notes: notes ?? '' })),
    );
  }

  protected async write(
    zone: Zone,
    name: string,
    now: Standing<readonly Kept[]>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<null> {
    const label = labelIn(name, zone.name, '');
    const ttl = nearestTtl(wanted.ttl, PORKBUN_CAPABILITIES.ttl);
    const notesOf = (id: string) => now.raw.find((record) => record.id === id)?.notes ?? '';
    await applyEdits(editsTowards(now.raw, wanted), {
      update: ({ id, value }) =>
        this.client.editTxt(zone.id, id, { name: label, content: value, ttl, notes: notesOf(id) }, signal),
      create: ({ value }) => this.client.createTxt(zone.id, { name: label, content: value, ttl }, signal),
    });
    return null;
  }
}

/** As it was given; some give it with quotes, which are served as none. */
function valueOf(content: string): string {
  const text = txtFromText(content);
  return text.startsWith('"') ? (unquoteTxt(text) ?? text) : text;
}
