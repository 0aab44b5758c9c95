import { z } from 'zod';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { PorkbunOptions } from './options.js';

const Success = z.object({ status: z.literal('SUCCESS') });

/** Only the fields that are used. Numbers come as text. */
const Count = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);
const PorkbunRecord = z.object({
  id: z.union([z.string(), z.int().transform(String)]),
  /** The whole name; without the domain in requests. */
  name: z.string(),
  type: z.string(),
  content: z.string(),
  ttl: Count,
  notes: z.string().nullish(),
});
export type PorkbunRecord = z.infer<typeof PorkbunRecord>;

const RecordList = Success.extend({ records: z.array(PorkbunRecord) });
const DomainList = Success.extend({ domains: z.array(z.object({ domain: z.string() })) });
const Complaint = z.object({ status: z.literal('ERROR'), message: z.string(), code: z.string().optional() });

/** What comes faster is answered 503, or 202 by the firewall before it. How many at once is not known. */
const RATE = { burst: 1, perSecond: 1 } as const;

/** How far apart the beginnings of two pages of domains lie. */
const DOMAINS_A_PAGE = 1000;

export interface PorkbunTxt {
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
  readonly notes?: string;
}

/** The few requests of the Porkbun API that are needed; all are POST. All throw DnsProviderError, or an abort's reason. */
export class PorkbunClient {
  private readonly api: ApiClient;
  private readonly keys: { readonly apikey: string; readonly secretapikey: string };

  constructor({ url, apiKey, secretApiKey, timeoutMs }: PorkbunOptions) {
    this.keys = { apikey: apiKey, secretapikey: secretApiKey };
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: async () => ({}),
      secrets: [apiKey, secretApiKey],
      explain,
      // 202 without a word of the API's own: its firewall wants to see a browser.
      isFailure: (json, status) =>
        z.object({ status: z.literal('ERROR') }).safeParse(json).success ||
        (status === 202 && !Success.safeParse(json).success),
      pace: new Pace(RATE),
    });
  }

  /** Whether the API takes the keys. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.read('/ping', {}, Success, signal);
  }

  /** The names of all domains of the account that the key may see. */
  async listDomains(signal: AbortSignal): Promise<readonly string[]> {
    const domains = await allPages(0, async (start: number) => {
      const body = { start: String(start) };
      const page = await this.read('/domain/listAll', body, DomainList, signal);
      // As documented the end is an empty page, not a short one.
      return { items: page.domains, next: page.domains.length === 0 ? null : start + DOMAINS_A_PAGE };
    });
    return domains.map(({ domain }) => domain);
  }

  /** All records of a domain: one request, where asking for a name takes one for each type. */
  async listRecords(domain: string, signal: AbortSignal): Promise<readonly PorkbunRecord[]> {
    const path = `/dns/retrieve/${encodeURIComponent(domain)}`;
    return (await this.read(path, {}, RecordList, signal)).records;
  }

  createTxt(domain: string, record: PorkbunTxt, signal: AbortSignal): Promise<void> {
    return this.write(`/dns/create/${encodeURIComponent(domain)}`, record, signal);
  }

  /** Puts a TXT record in the place of the one with that id. */
  editTxt(domain: string, id: string, record: PorkbunTxt, signal: AbortSignal): Promise<void> {
    return this.write(`/dns/edit/${encodeURIComponent(domain)}/${encodeURIComponent(id)}`, record, signal);
  }

  private read<T>(
    path: string,
    body: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const request = { method: 'POST', path, body: { ...this.keys, ...body }, changes: false } as const;
    return this.api.json(request, schema, signal);
  }

  private async write(path: string, { ttl, ...record }: PorkbunTxt, signal: AbortSignal): Promise<void> {
    const body = { ...this.keys, type: 'TXT', ...record, ttl: String(ttl) };
    await this.api.json({ method: 'POST', path, body }, Success, signal);
  }
}

const TOO_FAST = { message: 'its firewall lets nothing more through', kind: 'rate-limited' } as const;

/** `{"status": "ERROR", "code": …, "message": …}`, with 400 or even 200; older answers have no code. */
function explain(status: number, json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return status === 202 ? TOO_FAST : { message: null };
  const { message, code = '' } = complaint.data;
  const words = `${code} ${message}`;
  if (/RATE_LIMIT/.test(code)) return { message, kind: 'rate-limited' };
  if (/API_ACCESS_DISABLED|DOMAIN_NOT_ALLOWED|not opted in/i.test(words)) {
    const hint = 'switch on API access in the details of the domain, and let the key have it';
    return { message: `${message} (${hint})`, kind: 'forbidden' };
  }
  if (/INVALID_API_KEY|MISSING_\w*APIKEY|api key/i.test(words)) return { message, kind: 'auth' };
  if (/INVALID_DOMAIN|invalid domain/i.test(words)) return { message, kind: 'zone-not-found' };
  if (code === 'INVALID_RECORD_ID') return { message, kind: 'conflict' };
  // It says so, too, when requests come too fast.
  if (/unable to (?:edit|create)/i.test(message)) return { message, kind: 'transient' };
  return status >= 400 ? { message } : { message, kind: 'unsupported' };
}
