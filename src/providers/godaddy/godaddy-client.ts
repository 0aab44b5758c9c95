import { z } from 'zod';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { GodaddyOptions } from './options.js';

/** Only the fields that are used. */
const GodaddyRecord = z.object({
  type: z.string(),
  /** Without the domain; `@` at its apex. */
  name: z.string(),
  data: z.string(),
  ttl: z.int(),
});
export type GodaddyRecord = z.infer<typeof GodaddyRecord>;

/** 60 a minute of each kind of request; nearly all of ours are of one kind. */
const RATE = { burst: 15, perSecond: 0.7, aChange: 9 } as const;

/** Who may use the API changed in 2024 and in 2026. */
export const GODADDY_ACCESS =
  'GoDaddy opens this API only to accounts that meet its terms (10 or more domains or a Discount Domain Club plan since 2024; by its own word one domain is enough since 2026): check that the account holds the domain, that the key is one of the production environment, and what developer.godaddy.com says of access';

const RecordList = z.array(GodaddyRecord);
const Complaint = z.object({
  code: z.string(),
  message: z.string(),
  retryAfterSec: z.number().nonnegative().optional(),
  fields: z.array(z.object({ path: z.string().optional(), message: z.string().optional() })).optional(),
});

/** The few requests of the GoDaddy API that are needed. All throw DnsProviderError, or an abort's reason. */
export class GodaddyClient {
  readonly pace = new Pace(RATE);
  private readonly api: ApiClient;

  constructor({ url, apiKey, apiSecret, timeoutMs }: GodaddyOptions) {
    this.api = new ApiClient({
      url: `${url}/v1/domains`,
      timeoutMs,
      headers: async () => ({ Authorization: `sso-key ${apiKey}:${apiSecret}` }),
      secrets: [apiKey, apiSecret],
      explain,
      pace: this.pace,
    });
  }

  /**
   * Names of the servers of the zone of exactly that name; null: the account holds none. A name that can't be registered,
   * as below a domain, is answered 422.
   */
  async findNameServers(domain: string, signal: AbortSignal): Promise<readonly string[] | null> {
    const request = { method: 'GET', path: `/${encodeURIComponent(domain)}/records/NS/@` } as const;
    const records = await this.api.jsonOrNone(request, RecordList, signal, [404, 422]);
    return records?.map(({ data }) => data) ?? null;
  }

  /** Records of one type at a name. */
  async listRecords(
    domain: string,
    type: 'TXT' | 'CNAME',
    name: string,
    signal: AbortSignal,
  ): Promise<readonly GodaddyRecord[]> {
    const records = await this.api.json(
      { method: 'GET', path: path(domain, type, name) },
      RecordList,
      signal,
    );
    return records.filter((record) => record.type === type && record.name.toLowerCase() === name);
  }

  /** Puts a TXT set in place of the one that stands. */
  async replaceTxt(
    domain: string,
    name: string,
    body: readonly { readonly data: string; readonly ttl: number }[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.api.send({ method: 'PUT', path: path(domain, 'TXT', name), body }, signal);
  }
}

function path(domain: string, type: string, name: string): string {
  return `/${encodeURIComponent(domain)}/records/${type}/${encodeURIComponent(name)}`;
}

/** `{"code": "ACCESS_DENIED", "message": …, "fields": [ … ]}`; how long to wait stands in the body, too. */
function explain(status: number, json: unknown): ApiComplaint {
  // A page that is none of the API's is no word on whether there is such a zone.
  if (status === 404 && json === undefined) return { message: null, kind: 'malformed' };
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const { code, message, fields = [], retryAfterSec } = complaint.data;
  const details = fields.map((field) => `${field.path ?? ''} ${field.message ?? ''}`.trim());
  const words = [message, ...details].join('; ');
  if (code === 'ACCESS_DENIED') {
    return { message: `${words} (${GODADDY_ACCESS})`, kind: 'forbidden' };
  }
  return retryAfterSec === undefined
    ? { message: words }
    : { message: words, retryAfterMs: retryAfterSec * 1000 };
}
