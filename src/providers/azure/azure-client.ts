import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { azureTokens } from './azure-tokens.js';
import type { AzureOptions } from './options.js';

/** Only the fields that are used. */
const DnsZone = z.object({
  /** Its path; where nothing else is written it is used as one. */
  id: z
    .string()
    .regex(
      /^\/subscriptions\/[^/?#]+\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Network\/dnszones\/[^/?#]+$/i,
    ),
  name: z.string().min(1),
  properties: z.object({
    nameServers: z.array(z.string()).optional(),
    zoneType: z.string().default('Public'),
  }),
});
const ZonePage = z.object({ value: z.array(DnsZone), nextLink: z.string().nullish() });
const TxtRecordSet = z.object({
  etag: z.string().min(1),
  properties: z.object({
    TTL: z.int().min(0),
    metadata: z.record(z.string(), z.string()).nullish(),
    TXTRecords: z.array(z.object({ value: z.array(z.string()) })),
  }),
});
const CnameRecordSet = z.object({ properties: z.object({ TTL: z.int() }) });
const Fault = z.object({ code: z.string(), message: z.string() });
const Complaint = z.union([z.object({ error: Fault }), Fault.transform((error) => ({ error }))]);

export type DnsZone = z.infer<typeof DnsZone>;
export type TxtRecordSet = z.infer<typeof TxtRecordSet>;

interface Page {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Within what the Resource Manager grants a principal in a subscription (12,000 reads an hour); half of it is left to others. */
const RATE = { burst: 50, perSecond: 1.5 } as const;

const VERSION = { 'api-version': '2018-05-01' } as const;

/** The few requests of Azure DNS that are needed. All throw DnsProviderError, or an abort's reason. */
export class AzureClient {
  private readonly api: ApiClient;
  private readonly group: string;

  constructor(private readonly options: AzureOptions) {
    const tokens = azureTokens(options);
    const { url, timeoutMs, clientSecret, subscriptionId, resourceGroup } = options;
    const inGroup = resourceGroup === undefined ? '' : `/resourceGroups/${encodeURIComponent(resourceGroup)}`;
    this.group = `/subscriptions/${subscriptionId}${inGroup}/providers/Microsoft.Network/dnsZones`;
    this.api = new ApiClient({
      url,
      timeoutMs,
      headers: (_request, signal) => tokens.headers(signal),
      secrets: clientSecret === undefined ? [] : [clientSecret],
      tokens: () => tokens.given(),
      pace: new Pace(RATE),
      explain: (status, json) => {
        if (status === 401) tokens.forget();
        return explain(json);
      },
    });
  }

  /** The credentials and their right to list zones. */
  async tryOut(signal: AbortSignal): Promise<void> {
    const query = { ...VERSION, $top: '1' };
    await this.api.json({ method: 'GET', path: this.group, query }, ZonePage, signal);
  }

  /** All zones of the subscription, or of the resource group that the options name. */
  async zones(signal: AbortSignal): Promise<readonly DnsZone[]> {
    const first: Page = { path: this.group, query: VERSION };
    return allPages(first, async ({ path, query }) => {
      const { value, nextLink } = await this.api.json({ method: 'GET', path, query }, ZonePage, signal);
      const isLast = nextLink === undefined || nextLink === null || nextLink === '';
      return { items: value, next: isLast ? null : pageAt(nextLink, this.options.url) };
    });
  }

  /** The zone of that name in the resource group of the options. */
  async zoneNamed(name: string, signal: AbortSignal): Promise<DnsZone> {
    const path = `${this.group}/${encodeURIComponent(name)}`;
    return this.api.json({ method: 'GET', path, query: VERSION }, DnsZone, signal);
  }

  async zone(id: string, signal: AbortSignal): Promise<DnsZone> {
    return this.api.json({ method: 'GET', path: encoded(id), query: VERSION }, DnsZone, signal);
  }

  /** The TXT set of a name; null: there is none, or no such zone. */
  async txt(zoneId: string, relative: string, signal: AbortSignal): Promise<TxtRecordSet | null> {
    const path = `${encoded(zoneId)}/TXT/${encodeURIComponent(relative)}`;
    return this.api.jsonOrNone({ method: 'GET', path, query: VERSION }, TxtRecordSet, signal);
  }

  async hasAlias(zoneId: string, relative: string, signal: AbortSignal): Promise<boolean> {
    const path = `${encoded(zoneId)}/CNAME/${encodeURIComponent(relative)}`;
    const found = await this.api.jsonOrNone({ method: 'GET', path, query: VERSION }, CnameRecordSet, signal);
    return found !== null;
  }

  /** Writes the whole set if it still has that etag, or if there is none when `etag` is null. Throws `conflict`. */
  async putTxt(
    zoneId: string,
    relative: string,
    { etag, properties }: { readonly etag: string | null; readonly properties: TxtRecordSet['properties'] },
    signal: AbortSignal,
  ): Promise<void> {
    const headers: Record<string, string> = etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag };
    const path = `${encoded(zoneId)}/TXT/${encodeURIComponent(relative)}`;
    const request = { method: 'PUT', path, query: VERSION, headers, body: { properties } } as const;
    await this.api.json(request, TxtRecordSet, signal);
  }
}

/** Resource groups may have letters that no path takes as they are. */
function encoded(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/');
}

/** The token goes to no other server than the one it is for. */
function pageAt(link: string, url: string): Page {
  const own = new URL(url);
  const base = own.pathname.replace(/\/$/, '');
  const next = URL.canParse(link) ? new URL(link) : null;
  if (next === null || next.origin !== own.origin || !next.pathname.startsWith(`${base}/`)) {
    throw new DnsProviderError('the next page lies on another server', { kind: 'malformed' });
  }
  return { path: next.pathname.slice(base.length), query: Object.fromEntries(next.searchParams) };
}

function explain(json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const { code, message } = complaint.data.error;
  // A management lock comes as 409, which would read as a change by somebody else.
  return {
    message: `${code}: ${message}`,
    ...(code === 'ScopeLocked' ? { kind: 'forbidden' as const } : {}),
  };
}
