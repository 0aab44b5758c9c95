import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { untilReset } from '../api/retry-after.js';
import type { DnsimpleOptions } from './options.js';

/** Only the fields that are used. */
const WhoAmI = z.object({ data: z.object({ account: z.object({ id: z.int() }).nullable() }) });

const DnsimpleZone = z.object({
  name: z.string(),
  secondary: z.boolean().optional(),
  /** False: its servers don't answer for it. */
  active: z.boolean().optional(),
});
export type DnsimpleZone = z.infer<typeof DnsimpleZone>;

const DnsimpleRecord = z.object({
  id: z.int(),
  type: z.string(),
  /** Without the zone; empty at its apex. */
  name: z.string(),
  content: z.string(),
  ttl: z.int(),
  /** Where it is served; `global` or absent: everywhere. */
  regions: z.array(z.string()).optional(),
});
export type DnsimpleRecord = z.infer<typeof DnsimpleRecord>;

const RecordPage = z.object({
  data: z.array(DnsimpleRecord),
  pagination: z.object({ current_page: z.int(), total_pages: z.int() }),
});
const Created = z.object({ data: z.object({ id: z.int() }) });
const Distribution = z.object({ data: z.object({ distributed: z.boolean() }) });
const Complaint = z.object({
  message: z.string(),
  errors: z.record(z.string(), z.array(z.string())).optional(),
});

/** Within 2400 an hour. */
const RATE = { burst: 500, perSecond: 0.5 } as const;

/** The largest page that it gives. */
const PAGE_SIZE = '100';

/** The few requests of the DNSimple API that are needed. All throw DnsProviderError, or an abort's reason. */
export class DnsimpleClient {
  private readonly api: ApiClient;
  private account: string | null;

  constructor({ url, token, account, timeoutMs }: DnsimpleOptions) {
    this.account = account ?? null;
    this.api = new ApiClient({
      url: `${url}/v2`,
      timeoutMs,
      headers: async () => ({ Authorization: `Bearer ${token}` }),
      secrets: [token],
      explain,
      waitMs: (headers, now) => untilReset(headers.get('x-ratelimit-reset'), now),
      pace: new Pace(RATE),
    });
  }

  /** The account of the token, or the one that the options name. Throws `unsupported` for a token of several. */
  async findAccount(signal: AbortSignal): Promise<string> {
    const { data } = await this.api.json({ method: 'GET', path: '/whoami' }, WhoAmI, signal);
    this.account ??= data.account === null ? null : String(data.account.id);
    if (this.account !== null) return this.account;
    throw new DnsProviderError('the token is a user’s, not an account’s: name the account in the options', {
      kind: 'unsupported',
    });
  }

  /** The zone of exactly that name; null: the account holds none. */
  async findZone(name: string, signal: AbortSignal): Promise<DnsimpleZone | null> {
    const path = await this.zonePath(name, signal);
    const schema = z.object({ data: DnsimpleZone });
    const answer = await this.api.jsonOrNone({ method: 'GET', path }, schema, signal);
    return answer?.data ?? null;
  }

  /** Records of a zone, all pages of them. `filter`: `name`, `type`. */
  async listRecords(
    zone: string,
    filter: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly DnsimpleRecord[]> {
    const path = `${await this.zonePath(zone, signal)}/records`;
    return allPages(1, async (at: number) => {
      const query = { ...filter, page: String(at), per_page: PAGE_SIZE };
      const { data, pagination } = await this.api.json({ method: 'GET', path, query }, RecordPage, signal);
      return { items: data, next: at < pagination.total_pages ? at + 1 : null };
    });
  }

  /** Adds a TXT record and gives its ID. */
  async createTxt(
    zone: string,
    record: { readonly name: string; readonly content: string; readonly ttl: number },
    signal: AbortSignal,
  ): Promise<string> {
    const path = `${await this.zonePath(zone, signal)}/records`;
    const request = { method: 'POST', path, body: { type: 'TXT', ...record } } as const;
    return String((await this.api.json(request, Created, signal)).data.id);
  }

  /** Whether all servers have a record as it is now. */
  async isDistributed(zone: string, id: string, signal: AbortSignal): Promise<boolean> {
    const path = `${await this.zonePath(zone, signal)}/records/${encodeURIComponent(id)}/distribution`;
    return (await this.api.json({ method: 'GET', path }, Distribution, signal)).data.distributed;
  }

  /** Changes content and TTL of a record; all else of it stays. */
  async updateRecord(
    zone: string,
    id: string,
    body: { readonly content: string; readonly ttl: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${await this.zonePath(zone, signal)}/records/${encodeURIComponent(id)}`;
    await this.api.send({ method: 'PATCH', path, body }, signal);
  }

  private async zonePath(zone: string, signal: AbortSignal): Promise<string> {
    const account = this.account ?? (await this.findAccount(signal));
    return `/${account}/zones/${encodeURIComponent(zone)}`;
  }
}

/** `{"message": …, "errors": {"content": [ … ]}}`. 402 and 412: the plan of the account doesn't cover it. */
function explain(status: number, json: unknown): ApiComplaint {
  // A page that is none of the API's is no word on whether there is such a zone.
  if (status === 404 && json === undefined) return { message: null, kind: 'malformed' };
  const complaint = Complaint.safeParse(json);
  const errors = Object.entries(complaint.data?.errors ?? {}).map(
    ([field, reasons]) => `${field} ${reasons.join(', ')}`,
  );
  const message = complaint.success ? [complaint.data.message, ...errors].join('; ') : null;
  return status === 402 || status === 412 ? { message, kind: 'forbidden' } : { message };
}
