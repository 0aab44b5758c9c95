import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { DesecOptions } from './options.js';

/** Within 50 reads a minute; a write comes with two reads at least, so that they are within 15 a minute nearly. */
const RATE = { burst: 25, perSecond: 0.4, aChange: 6 } as const;

const Domains = z.array(z.object({ name: z.string() })).max(1);

const RRset = z.object({
  subname: z.string(),
  type: z.string(),
  ttl: z.int().nonnegative(),
  records: z.array(z.string()).min(1),
});
export type DesecRRset = z.infer<typeof RRset>;

/** The API's answer to a record set that is to be created but stands there already; a status of its own it doesn't have. */
const EXISTS = 'Another RRset with the same subdomain and type exists';

/** Error bodies: one sentence, or sentences by field. */
const Detail = z.object({ detail: z.string() });
const ByField = z.record(z.string(), z.array(z.string()));

/**
 * The few requests of deSEC's API. A page holds 500 entries, and none of these questions has more answers: one domain
 * is responsible for a name, and fewer than 500 types can stand there. All methods throw DnsProviderError, or an abort's
 * reason.
 */
export class DesecClient {
  readonly pace = new Pace(RATE);
  private readonly api: ApiClient;

  constructor({ url, timeoutMs, token }: DesecOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      secrets: [token],
      headers: async () => ({ Authorization: `Token ${token}` }),
      explain,
      pace: this.pace,
    });
  }

  /** The account's domain that is responsible for a name; null: there is none. */
  async domainOf(name: string, signal: AbortSignal): Promise<string | null> {
    const query = { owns_qname: name };
    const [domain] = await this.api.json({ method: 'GET', path: '/domains/', query }, Domains, signal);
    return domain?.name ?? null;
  }

  /** Targets of the domain's own NS records; null: there are none. */
  async nameServers(domain: string, signal: AbortSignal): Promise<readonly string[] | null> {
    const path = `${rrsets(domain)}@/NS/`;
    const rrset = await this.api.jsonOrNone({ method: 'GET', path }, RRset, signal);
    return rrset?.records ?? null;
  }

  /** Record sets of all types at a name; `subname` is empty for the domain's own. */
  async rrsetsAt(domain: string, subname: string, signal: AbortSignal): Promise<readonly DesecRRset[]> {
    const request = { method: 'GET', path: rrsets(domain), query: { subname } } as const;
    const found = await this.api.json(request, z.array(RRset), signal);
    // Whatever the API made of the question: nothing else may be taken for what stands there.
    return found.filter((rrset) => rrset.subname === subname);
  }

  /** Throws `conflict` when a set stands there by now. */
  async createTxt(domain: string, rrset: Omit<DesecRRset, 'type'>, signal: AbortSignal): Promise<void> {
    const body = { subname: rrset.subname, type: 'TXT', ttl: rrset.ttl, records: rrset.records };
    await this.api.send({ method: 'POST', path: rrsets(domain), body }, signal);
  }

  /** Changes what is given. Throws `conflict` when no set stands there any more. */
  async updateTxt(
    domain: string,
    subname: string,
    change: { readonly records: readonly string[]; readonly ttl?: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${rrsets(domain)}${subname === '' ? '@' : encodeURIComponent(subname)}/TXT/`;
    const changed = await this.api.jsonOrNone({ method: 'PATCH', path, body: change }, RRset, signal);
    if (changed !== null) return;
    throw new DnsProviderError('the record is gone', { kind: 'conflict', observed: null });
  }
}

function rrsets(domain: string): string {
  return `/domains/${encodeURIComponent(domain)}/rrsets/`;
}

function explain(_status: number, json: unknown): ApiComplaint {
  const message = wordsOf(json);
  return message?.includes(EXISTS) === true ? { message, kind: 'conflict' } : { message };
}

function wordsOf(json: unknown): string | null {
  const detail = Detail.safeParse(json);
  if (detail.success) return detail.data.detail;
  const fields = ByField.safeParse(json);
  if (!fields.success) return null;
  const sentences = Object.entries(fields.data).map(([field, words]) => `${field}: ${words.join(' ')}`);
  return sentences.length === 0 ? null : sentences.join('; ');
}
