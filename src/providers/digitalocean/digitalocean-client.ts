import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import type { Page } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { untilReset } from '../api/retry-after.js';
import { labelIn } from '../dmarc-name.js';
import type { DigitalOceanOptions } from './options.js';

/** Within 250 a minute and 5,000 an hour, and leaves some to others. */
const RATE = { burst: 100, perSecond: 1 } as const;

/** As many as one page may hold. */
const ITEMS_A_PAGE = 200;

const Listing = z.object({
  links: z.object({ pages: z.object({ next: z.string().optional() }).optional() }).optional(),
  meta: z.object({ total: z.int().min(0) }),
});

const DomainPage = Listing.extend({ domains: z.array(z.object({ name: z.string() })) });

/** Fields that a type of record doesn't have are null; the SOA has none at all. */
const Entry = z.object({
  id: z.int().nullable(),
  type: z.string(),
  name: z.string(),
  data: z.string().nullable(),
  ttl: z.int().nullable(),
});
export type DigitalOceanEntry = z.infer<typeof Entry>;

const EntryPage = Listing.extend({ domain_records: z.array(Entry) });

const Written = z.object({ domain_record: z.object({ id: z.int() }) });

const Failure = z.object({ id: z.string(), message: z.string() });

/** The few requests of the API, version 2. All methods throw DnsProviderError, or an abort's reason. */
export class DigitalOceanClient {
  private readonly api: ApiClient;

  constructor({ token, url, timeoutMs }: DigitalOceanOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: async () => ({ Authorization: `Bearer ${token}` }),
      secrets: [token],
      explain: explainDigitalOcean,
      waitMs: (headers, now) => untilReset(headers.get('ratelimit-reset'), now),
      pace: new Pace(RATE),
    });
  }

  async domains(signal: AbortSignal): Promise<readonly string[]> {
    return allPages(1, async (page) => {
      const query = { page: String(page), per_page: String(ITEMS_A_PAGE) };
      const answer = await this.api.json({ method: 'GET', path: '/domains', query }, DomainPage, signal);
      return pageOf(
        answer.domains.map((domain) => domain.name),
        answer,
      );
    });
  }

  /** Records of all types at a name, or of one type. */
  async recordsAt(
    domain: string,
    name: string,
    signal: AbortSignal,
    type?: string,
  ): Promise<readonly DigitalOceanEntry[]> {
    const label = labelIn(name, domain, '@');
    const filter = type === undefined ? { name } : { name, type };
    const found = await allPages(1, async (page) => {
      const query = { ...filter, page: String(page), per_page: String(ITEMS_A_PAGE) };
      const request = { method: 'GET', path: recordsPath(domain), query } as const;
      const answer = await this.api.json(request, EntryPage, signal);
      return pageOf(answer.domain_records, answer);
    });
    // Whatever the API made of the question: nothing else may be taken for what stands there.
    return found.filter((entry) => entry.name.toLowerCase() === label);
  }

  async createTxt(
    domain: string,
    name: string,
    data: string,
    ttl: number,
    signal: AbortSignal,
  ): Promise<void> {
    const body = { type: 'TXT', name: labelIn(name, domain, '@'), data, ttl };
    await this.api.json({ method: 'POST', path: recordsPath(domain), body }, Written, signal);
  }

  async updateTxt(domain: string, id: string, data: string, ttl: number, signal: AbortSignal): Promise<void> {
    const path = `${recordsPath(domain)}/${encodeURIComponent(id)}`;
    await this.api.json({ method: 'PATCH', path, body: { type: 'TXT', data, ttl } }, Written, signal);
  }
}

function recordsPath(domain: string): string {
  return `/domains/${encodeURIComponent(domain)}/records`;
}

/** Of the address of the next page only its number is used: the credential goes nowhere else. */
function pageOf<Item>(items: readonly Item[], { links, meta }: z.infer<typeof Listing>): Page<Item, number> {
  const next = links?.pages?.next;
  if (next === undefined) return { items, next: null, total: meta.total };
  const number = /[?&]page=(\d{1,6})(?:&|$)/.exec(next)?.[1];
  if (number !== undefined) return { items, next: Number(number), total: meta.total };
  throw new DnsProviderError('the next page has no number', { kind: 'malformed' });
}

function explainDigitalOcean(_status: number, json: unknown): ApiComplaint {
  const failure = Failure.safeParse(json);
  return { message: failure.success ? `${failure.data.message} (${failure.data.id})` : null };
}
