import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import type { PowerDnsOptions } from './options.js';

/** Only the fields that are used. */
const PowerDnsZone = z.object({ id: z.string(), name: z.string(), kind: z.string() });
const ZoneList = z.array(PowerDnsZone);
type PowerDnsZone = z.infer<typeof PowerDnsZone>;
const ZoneRecords = z.object({
  rrsets: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      ttl: z.int().optional(),
      records: z.array(z.object({ content: z.string(), disabled: z.boolean() })),
    }),
  ),
});
type ZoneRecords = z.infer<typeof ZoneRecords>;

const SearchResults = z.array(
  z.object({
    zone_id: z.string(),
    name: z.string(),
    type: z.string().optional(),
    content: z.string().optional(),
    disabled: z.boolean().optional(),
  }),
);
const Complaint = z.object({ error: z.string() });

export interface TxtRrset {
  /** With the final dot. */
  readonly name: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
}

/** The few requests of the PowerDNS HTTP API that are needed. All throw DnsProviderError, or an abort's reason. */
export class PowerDnsClient {
  private readonly api: ApiClient;

  constructor({ url, server, apiKey, timeoutMs }: PowerDnsOptions) {
    this.api = new ApiClient({
      url: `${url}/api/v1/servers/${server}`,
      timeoutMs,
      headers: async () => ({ 'X-API-Key': apiKey }),
      secrets: [apiKey],
      explain,
    });
  }

  /** The zone of exactly that name; null: the server holds none. */
  async findZone(name: string, signal: AbortSignal): Promise<PowerDnsZone | null> {
    const request = { method: 'GET', path: '/zones', query: { zone: `${name}.` } } as const;
    const zones = await this.api.json(request, ZoneList, signal);
    return zones.find((zone) => zone.name.toLowerCase() === `${name}.`) ?? null;
  }

  /** All record sets at one name; servers that don't know the filter send more. */
  async readName(zoneId: string, name: string, signal: AbortSignal): Promise<ZoneRecords['rrsets']> {
    const query = { rrset_name: `${name}.` };
    const request = { method: 'GET', path: zonePath(zoneId), query } as const;
    const { rrsets } = await this.api.json(request, ZoneRecords, signal);
    return rrsets.filter((rrset) => rrset.name.toLowerCase() === `${name}.`);
  }

  /** Contents of TXT records that are switched off; a read of one name leaves them out. Not every backend can search. */
  async findDisabled(zoneId: string, name: string, signal: AbortSignal): Promise<readonly string[]> {
    const query = { q: name, max: '1000', object_type: 'record' };
    const found = await this.searched({ method: 'GET', path: '/search-data', query }, signal);
    return found
      .filter((entry) => entry.zone_id === zoneId && entry.name.toLowerCase() === `${name}.`)
      .filter((entry) => entry.type === 'TXT' && entry.disabled === true)
      .flatMap((entry) => (entry.content === undefined ? [] : [entry.content]));
  }

  /** Puts a TXT set in place of the one that stands; nothing is checked by the server. */
  async replaceTxt(zoneId: string, rrset: TxtRrset, signal: AbortSignal): Promise<void> {
    const body = { rrsets: [{ ...rrset, type: 'TXT', changetype: 'REPLACE' }] };
    await this.api.send({ method: 'PATCH', path: zonePath(zoneId), body }, signal);
  }

  private async searched(
    request: Parameters<ApiClient['send']>[0],
    signal: AbortSignal,
  ): Promise<z.infer<typeof SearchResults>> {
    try {
      return await this.api.json(request, SearchResults, signal);
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw error;
      // 404, 405, 422: the server has no search. Anything else leaves open what a write would take away.
      if (error.fault.kind === 'zone-not-found' || error.fault.kind === 'unsupported') return [];
      throw error;
    }
  }
}

function zonePath(zoneId: string): string {
  return `/zones/${encodeURIComponent(zoneId)}`;
}

/** PowerDNS says `{"error": …}`, or plain words for a wrong key and an unknown zone. */
function explain(status: number, json: unknown): ApiComplaint {
  if (status === 401) return { message: 'it does not take the API key' };
  const complaint = Complaint.safeParse(json);
  return { message: complaint.success ? complaint.data.error : null };
}
