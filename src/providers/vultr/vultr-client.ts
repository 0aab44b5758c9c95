import { z } from 'zod';
import { allPages } from '../api/all-pages.js';
import type { Page } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { labelIn } from '../dmarc-name.js';
import type { VultrOptions } from './options.js';

/** Within 30 in one second, and leaves some to others at this address. */
const RATE = { burst: 10, perSecond: 10 } as const;

/** As many as one page may hold. */
const ITEMS_A_PAGE = '500';

const Listing = z.object({
  meta: z.object({ total: z.int().min(0), links: z.object({ next: z.string() }) }),
});

const DomainPage = Listing.extend({ domains: z.array(z.object({ domain: z.string() })) });

const Entry = z.object({
  id: z.string().min(1),
  type: z.string(),
  /** Inside its zone; empty for the zone's own name. */
  name: z.string(),
  data: z.string(),
  ttl: z.int(),
});
export type VultrEntry = z.infer<typeof Entry>;

const EntryPage = Listing.extend({ records: z.array(Entry) });

const Written = z.object({ record: z.object({ id: z.string() }) });

const Failure = z.object({ error: z.string() });

/** What a TXT record says, as the API writes it. */
export interface VultrTxt {
  readonly name: string;
  /** In double quotes. */
  readonly data: string;
  readonly ttl: number;
}

/** The few requests of the API, version 2. All methods throw DnsProviderError, or an abort's reason. */
export class VultrClient {
  private readonly api: ApiClient;

  constructor({ apiKey, url, timeoutMs }: VultrOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: async () => ({ Authorization: `Bearer ${apiKey}` }),
      secrets: [apiKey],
      explain: explainVultr,
      pace: new Pace(RATE),
    });
  }

  async domains(signal: AbortSignal): Promise<readonly string[]> {
    return allPages('', async (cursor) => {
      const request = { method: 'GET', path: '/domains', query: pageQuery(cursor) } as const;
      const { domains, meta } = await this.api.json(request, DomainPage, signal);
      return pageOf(
        domains.map(({ domain }) => domain),
        meta,
      );
    });
  }

  /** Records of all types at a name. The API filters nothing: it hands out the whole zone. */
  async recordsAt(domain: string, name: string, signal: AbortSignal): Promise<readonly VultrEntry[]> {
    const label = labelIn(name, domain, '');
    const found = await allPages('', async (cursor) => {
      const request = { method: 'GET', path: recordsPath(domain), query: pageQuery(cursor) } as const;
      const { records, meta } = await this.api.json(request, EntryPage, signal);
      return pageOf(records, meta);
    });
    return found.filter((entry) => entry.name.toLowerCase() === label);
  }

  async createTxt(domain: string, { name, ...txt }: VultrTxt, signal: AbortSignal): Promise<void> {
    const body = { type: 'TXT', name: labelIn(name, domain, ''), ...txt };
    await this.api.json({ method: 'POST', path: recordsPath(domain), body }, Written, signal);
  }

  /** Answered with nothing at all (204). */
  async updateTxt(
    domain: string,
    id: string,
    { name, ...txt }: VultrTxt,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${recordsPath(domain)}/${encodeURIComponent(id)}`;
    await this.api.send({ method: 'PATCH', path, body: { name: labelIn(name, domain, ''), ...txt } }, signal);
  }
}

function recordsPath(domain: string): string {
  return `/domains/${encodeURIComponent(domain)}/records`;
}

function pageQuery(cursor: string): Readonly<Record<string, string>> {
  return cursor === '' ? { per_page: ITEMS_A_PAGE } : { per_page: ITEMS_A_PAGE, cursor };
}

/** An empty cursor says that it was the last page. */
function pageOf<Item>(items: readonly Item[], meta: z.infer<typeof Listing>['meta']): Page<Item, string> {
  return { items, next: meta.links.next === '' ? null : meta.links.next, total: meta.total };
}

/** An address that the key's access list doesn't name is answered 401, as an unknown key is. */
function explainVultr(_status: number, json: unknown): ApiComplaint {
  const failure = Failure.safeParse(json);
  if (!failure.success) return { message: null };
  const message = failure.data.error;
  return /^unauthorized ip/i.test(message) ? { message, kind: 'forbidden' } : { message };
}
