import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint, ApiRequest } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { untilReset } from '../api/retry-after.js';
import type { LinodeOptions } from './options.js';

/** Only the fields that are used. */
const LinodeDomain = z.object({
  id: z.int(),
  domain: z.string(),
  type: z.string(),
  status: z.string().optional(),
});
export type LinodeDomain = z.infer<typeof LinodeDomain>;

const LinodeRecord = z.object({
  id: z.int(),
  type: z.string(),
  name: z.string(),
  target: z.string(),
  /** 0: the default of the domain. */
  ttl_sec: z.int(),
});
export type LinodeRecord = z.infer<typeof LinodeRecord>;

const Written = z.object({ id: z.int(), ttl_sec: z.int() });
const Complaint = z.object({
  errors: z.array(z.object({ reason: z.string(), field: z.string().nullish() })),
});

/** Within the 200 lists a minute; other requests may be more. */
const RATE = { burst: 100, perSecond: 1.5 } as const;

/** The largest page that it gives. */
const PAGE_SIZE = '500';
const TXT_OR_ALIAS = { '+or': [{ type: 'TXT' }, { type: 'CNAME' }] };

/** The few requests of the Linode API that are needed. All throw DnsProviderError, or an abort's reason. */
export class LinodeClient {
  private readonly api: ApiClient;

  constructor({ url, token, timeoutMs }: LinodeOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: async () => ({ Authorization: `Bearer ${token}` }),
      secrets: [token],
      explain,
      waitMs: (headers, now) => untilReset(headers.get('x-ratelimit-reset'), now),
      pace: new Pace(RATE),
    });
  }

  /** The domain of exactly that name; null: the account holds none. */
  async findDomain(name: string, signal: AbortSignal): Promise<LinodeDomain | null> {
    const domains = await this.list('/domains', { domain: name }, LinodeDomain, signal);
    return domains.find(({ domain }) => domain.toLowerCase() === name) ?? null;
  }

  /** All TXT and CNAME records of a domain. */
  listTexts(domainId: string, signal: AbortSignal): Promise<readonly LinodeRecord[]> {
    return this.list(recordsPath(domainId), TXT_OR_ALIAS, LinodeRecord, signal);
  }

  /** Adds a TXT record. Its TTL is not always taken up at once; then it is set by a request of its own. */
  async createTxt(
    domainId: string,
    record: { readonly name: string; readonly target: string; readonly ttl_sec: number },
    signal: AbortSignal,
  ): Promise<void> {
    const body = { type: 'TXT', ...record };
    const request = { method: 'POST', path: recordsPath(domainId), body } as const;
    const { id, ttl_sec } = await this.api.json(request, Written, signal);
    if (ttl_sec === record.ttl_sec) return;
    try {
      await this.updateRecord(domainId, String(id), { ttl_sec: record.ttl_sec }, signal);
    } catch (cause) {
      if (!(cause instanceof DnsProviderError)) throw cause;
      const fault = { kind: 'transient', mayBeApplied: true } as const;
      throw new DnsProviderError('the record is written, its TTL is not', fault, { cause });
    }
  }

  /** Changes the given fields of a record; all others stay. */
  async updateRecord(
    domainId: string,
    recordId: string,
    body: { readonly target?: string; readonly ttl_sec?: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${recordsPath(domainId)}/${encodeURIComponent(recordId)}`;
    await this.api.send({ method: 'PUT', path, body }, signal);
  }

  private list<T>(
    path: string,
    filter: unknown,
    item: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<readonly T[]> {
    const schema = z.object({ data: z.array(item), page: z.int(), pages: z.int() });
    return allPages(1, async (at: number) => {
      const request: ApiRequest = {
        method: 'GET',
        path,
        query: { page: String(at), page_size: PAGE_SIZE },
        headers: { 'X-Filter': JSON.stringify(filter) },
      };
      const { data, pages } = await this.api.json(request, schema, signal);
      return { items: data, next: at < pages ? at + 1 : null };
    });
  }
}

function recordsPath(domainId: string): string {
  return `/domains/${encodeURIComponent(domainId)}/records`;
}

/** `{"errors": [{"field": …, "reason": …}]}`; a token without the right scope is answered 401, too. */
function explain(status: number, json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const reasons = complaint.data.errors.map(({ field, reason }) =>
    field === null || field === undefined ? reason : `${field}: ${reason}`,
  );
  const message = reasons.join('; ');
  return status === 401 && /not authorized/i.test(message) ? { message, kind: 'forbidden' } : { message };
}
