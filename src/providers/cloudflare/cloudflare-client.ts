import { domainToASCII, domainToUnicode } from 'node:url';
import { allPages } from '../api/all-pages.js';
import type { Page } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { zoneName } from '../longest-zone.js';
import { EntryPage, explainCloudflare, Written, ZonePage } from './cloudflare-answers.js';
import type { CloudflareEntry, CloudflarePageInfo, CloudflareZone } from './cloudflare-answers.js';
import type { CloudflareOptions } from './options.js';

/** Within the 1,200 of five minutes, and leaves some to the dashboard and to other tools: who exceeds them is shut out. */
const RATE = { burst: 200, perSecond: 2 } as const;

/** As many as one page of zones may hold. */
const ZONES_A_PAGE = 50;
const RECORDS_A_PAGE = 100;

/** What stands in a TXT record, as the API writes it. */
export interface CloudflareTxt {
  readonly name: string;
  /** Quoted. */
  readonly content: string;
  /** Seconds; 1: automatic. */
  readonly ttl: number;
}

/** The few requests of the API, version 4. All methods throw DnsProviderError, or an abort's reason. */
export class CloudflareClient {
  private readonly zones: ApiClient;
  private readonly records: ApiClient;
  private readonly account: Readonly<Record<string, string>>;

  constructor({ token, zoneToken = token, account, url, timeoutMs }: CloudflareOptions) {
    const pace = new Pace(RATE);
    const shared = { url, timeoutMs, secrets: [token, zoneToken], explain: explainCloudflare, pace };
    this.zones = new ApiClient({ ...shared, headers: async () => bearer(zoneToken) });
    this.records = new ApiClient({ ...shared, headers: async () => bearer(token) });
    this.account = account === undefined ? {} : { 'account.id': account };
  }

  /**
   * Zones of exactly that name: one in each account that has it. The API may know an internationalized one by its
   * letters, so it is asked for both.
   */
  async zonesNamed(name: string, signal: AbortSignal): Promise<readonly CloudflareZone[]> {
    const found = new Map<string, CloudflareZone>();
    for (const spelling of new Set([name, domainToUnicode(name)])) {
      const zones = await allPages(1, (page) => this.zonePage({ name: spelling }, page, signal));
      for (const zone of zones) {
        if (asciiName(zone) === name) found.set(zone.id, zone);
      }
    }
    return [...found.values()];
  }

  /** The first zones that the token sees, and how many there are. */
  async visibleZones(signal: AbortSignal): Promise<Page<CloudflareZone, number>> {
    return this.zonePage({}, 1, signal);
  }

  /** Records of all types at a name. */
  async recordsAt(zoneId: string, name: string, signal: AbortSignal): Promise<readonly CloudflareEntry[]> {
    const path = `/zones/${encodeURIComponent(zoneId)}/dns_records`;
    const found = await allPages(1, async (page) => {
      const query = { 'name.exact': name, page: String(page), per_page: String(RECORDS_A_PAGE) };
      const answer = await this.records.json({ method: 'GET', path, query }, EntryPage, signal);
      return { items: answer.result, ...pagesLeft(page, answer.result_info) };
    });
    // Whatever the API made of the question: nothing else may be taken for what stands there.
    return found.filter((entry) => entry.name.toLowerCase() === name);
  }

  async createTxt(zoneId: string, txt: CloudflareTxt, signal: AbortSignal): Promise<void> {
    const path = `/zones/${encodeURIComponent(zoneId)}/dns_records`;
    await this.records.json({ method: 'POST', path, body: { type: 'TXT', ...txt } }, Written, signal);
  }

  /** Changes what is given; comment, tags and settings of the record stay. */
  async updateTxt(zoneId: string, id: string, txt: CloudflareTxt, signal: AbortSignal): Promise<void> {
    const path = `/zones/${encodeURIComponent(zoneId)}/dns_records/${encodeURIComponent(id)}`;
    await this.records.json({ method: 'PATCH', path, body: { type: 'TXT', ...txt } }, Written, signal);
  }

  private async zonePage(
    filter: Readonly<Record<string, string>>,
    page: number,
    signal: AbortSignal,
  ): Promise<Page<CloudflareZone, number>> {
    const query = { ...filter, ...this.account, page: String(page), per_page: String(ZONES_A_PAGE) };
    const answer = await this.zones.json({ method: 'GET', path: '/zones', query }, ZonePage, signal);
    return { items: answer.result, ...pagesLeft(page, answer.result_info) };
  }
}

/** A zone's name in small letters, with A-labels. */
export function asciiName({ name }: CloudflareZone): string {
  return domainToASCII(zoneName(name));
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}` };
}

function pagesLeft(
  page: number,
  { per_page: size, total_count: total }: CloudflarePageInfo,
): { readonly next: number | null; readonly total: number } {
  return { next: page * size < total ? page + 1 : null, total };
}
