import { z } from 'zod';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { GoogleTokens } from './google-tokens.js';
import type { GoogleOptions } from './options.js';

/** Only the fields that are used. */
const ManagedZone = z.object({
  name: z.string().min(1),
  dnsName: z.string().min(1),
  /** Zones from before there were private ones have none. */
  visibility: z.string().default('public'),
  nameServers: z.array(z.string()).optional(),
});
const RecordSet = z.object({
  name: z.string(),
  type: z.string(),
  ttl: z.int().min(0).optional(),
  /** None where a routing policy gives the answers. */
  rrdatas: z.array(z.string()).optional(),
  routingPolicy: z.unknown().optional(),
});
const Change = z.object({ id: z.string().min(1), status: z.enum(['pending', 'done']) });
const Complaint = z.object({
  error: z.object({
    message: z.string(),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
  }),
});

/** An empty list may be left out, but then the answer says what it is. */
const ZonePage = z
  .object({
    kind: z.string().optional(),
    managedZones: z.array(ManagedZone).optional(),
    nextPageToken: z.string().optional(),
  })
  .refine((page) => page.managedZones !== undefined || page.kind === 'dns#managedZonesListResponse');
const RecordPage = z
  .object({
    kind: z.string().optional(),
    rrsets: z.array(RecordSet).optional(),
    nextPageToken: z.string().optional(),
  })
  .refine((page) => page.rrsets !== undefined || page.kind === 'dns#resourceRecordSetsListResponse');

export type ManagedZone = z.infer<typeof ManagedZone>;
export type RecordSet = z.infer<typeof RecordSet>;
interface TxtRecordSet {
  readonly name: string;
  readonly ttl: number;
  readonly rrdatas: readonly string[];
}

/** The quota of a project is shown in its console only; this is a default of our own, well below the usual ones. */
const RATE = { burst: 50, perSecond: 5 } as const;

/** Reasons that come as 403 and mean "too often". */
const TOO_OFTEN = ['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded'];

/** The few requests of Cloud DNS that are needed. All throw DnsProviderError, or an abort's reason. */
export class GoogleClient {
  private readonly api: ApiClient;
  private readonly tokens: GoogleTokens;

  constructor({ url, timeoutMs, ...rest }: GoogleOptions) {
    this.tokens = new GoogleTokens({ url, timeoutMs, ...rest });
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: (_request, signal) => this.tokens.headers(signal),
      secrets: rest.serviceAccount === undefined ? [] : [rest.serviceAccount.private_key],
      tokens: () => this.tokens.given(),
      explain: (status, json) => {
        if (status === 401) this.tokens.forget();
        return explain(status, json);
      },
      pace: new Pace(RATE),
    });
  }

  /** The credentials and their right to list zones. */
  async tryOut(signal: AbortSignal): Promise<void> {
    const path = await this.zonesPath(signal);
    await this.api.json({ method: 'GET', path, query: { maxResults: '1' } }, ZonePage, signal);
  }

  /** All zones of exactly that name, private ones, too. */
  async zonesNamed(name: string, signal: AbortSignal): Promise<readonly ManagedZone[]> {
    const path = await this.zonesPath(signal);
    return allPages('', async (pageToken) => {
      const query = { dnsName: `${name}.`, ...(pageToken === '' ? {} : { pageToken }) };
      const page = await this.api.json({ method: 'GET', path, query }, ZonePage, signal);
      return { items: page.managedZones ?? [], next: page.nextPageToken ?? null };
    });
  }

  async zone(id: string, signal: AbortSignal): Promise<ManagedZone> {
    const path = await this.zonePath(id, signal);
    return this.api.json({ method: 'GET', path }, ManagedZone, signal);
  }

  /** All record sets at exactly that name. */
  async setsAt(zoneId: string, name: string, signal: AbortSignal): Promise<readonly RecordSet[]> {
    const path = `${await this.zonePath(zoneId, signal)}/rrsets`;
    return allPages('', async (pageToken) => {
      const query = { name: `${name}.`, ...(pageToken === '' ? {} : { pageToken }) };
      const page = await this.api.json({ method: 'GET', path, query }, RecordPage, signal);
      return { items: page.rrsets ?? [], next: page.nextPageToken ?? null };
    });
  }

  /** Puts one TXT set in place of another: both or neither. Gives the change's ID. Throws `conflict`. */
  async replaceTxt(
    zoneId: string,
    { before, after }: { readonly before: TxtRecordSet | null; readonly after: TxtRecordSet },
    signal: AbortSignal,
  ): Promise<string> {
    const path = `${await this.zonePath(zoneId, signal)}/changes`;
    const deletions = before === null ? {} : { deletions: [{ ...before, type: 'TXT' }] };
    const body = { ...deletions, additions: [{ ...after, type: 'TXT' }] };
    return (await this.api.json({ method: 'POST', path, body }, Change, signal)).id;
  }

  async changeStatus(zoneId: string, id: string, signal: AbortSignal): Promise<'pending' | 'done'> {
    const path = `${await this.zonePath(zoneId, signal)}/changes/${encodeURIComponent(id)}`;
    return (await this.api.json({ method: 'GET', path }, Change, signal)).status;
  }

  private async zonesPath(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    return `/dns/v1/projects/${encodeURIComponent(await this.tokens.project(signal))}/managedZones`;
  }

  private async zonePath(id: string, signal: AbortSignal): Promise<string> {
    return `${await this.zonesPath(signal)}/${encodeURIComponent(id)}`;
  }
}

function explain(status: number, json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const { message, errors = [] } = complaint.data.error;
  // What a change would delete is gone: not the zone, but the record set that was read.
  if (status === 404 && message.includes('entity.change.deletions')) return { message, kind: 'conflict' };
  const isTooOften = errors.some(({ reason }) => TOO_OFTEN.includes(reason ?? ''));
  return { message, ...(isTooOften ? { kind: 'rate-limited' as const } : {}) };
}
