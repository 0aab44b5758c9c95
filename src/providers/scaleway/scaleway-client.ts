import { z } from 'zod';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { ScalewayOptions } from './options.js';

/** Only the fields that are used. */
const ScalewayZone = z.object({
  domain: z.string(),
  /** Empty: the zone of the domain itself. */
  subdomain: z.string(),
  /** Scaleway's own servers for it, wherever the domain is delegated. */
  ns_default: z.array(z.string()),
  /** `active`, `pending`, `error`, `locked` or `unknown`. */
  status: z.string().optional(),
});
export type ScalewayZone = z.infer<typeof ScalewayZone>;

const ScalewayRecord = z.object({
  id: z.string(),
  type: z.string(),
  /** Without the zone; empty at its apex. */
  name: z.string(),
  data: z.string(),
  ttl: z.int(),
  comment: z.string().nullish(),
  geo_ip_config: z.unknown().optional(),
  http_service_config: z.unknown().optional(),
  weighted_config: z.unknown().optional(),
  view_config: z.unknown().optional(),
});
export type ScalewayRecord = z.infer<typeof ScalewayRecord>;

const Complaint = z.object({
  message: z.string(),
  type: z.string().optional(),
  details: z
    .array(z.object({ argument_name: z.string().optional(), help_message: z.string().optional() }))
    .optional(),
});

/** No limit is published; this is a default of our own. */
const RATE = { burst: 20, perSecond: 5 } as const;

const PAGE_SIZE = '100';

export interface ScalewayTxt {
  readonly name: string;
  readonly data: string;
  readonly ttl: number;
  readonly comment: string | null;
}

/** The few requests of the Scaleway API that are needed. All throw DnsProviderError, or an abort's reason. */
export class ScalewayClient {
  private readonly api: ApiClient;

  constructor({ url, secretKey, timeoutMs }: ScalewayOptions) {
    this.api = new ApiClient({
      url: `${url}/domain/v2beta1`,
      timeoutMs,
      headers: async () => ({ 'X-Auth-Token': secretKey }),
      secrets: [secretKey],
      explain,
      pace: new Pace(RATE),
    });
  }

  /** Zones that the filter on a name gives: that zone, perhaps others. */
  listZones(name: string, signal: AbortSignal): Promise<readonly ScalewayZone[]> {
    const schema = z
      .object({ total_count: z.int(), dns_zones: z.array(ScalewayZone) })
      .transform(({ total_count, dns_zones }) => ({ total: total_count, items: dns_zones }));
    return this.list('/dns-zones', { dns_zone: name }, schema, signal);
  }

  /** Records of a zone at a name without the zone; of the whole zone for its apex. */
  listRecords(zone: string, label: string, signal: AbortSignal): Promise<readonly ScalewayRecord[]> {
    const schema = z
      .object({ total_count: z.int(), records: z.array(ScalewayRecord) })
      .transform(({ total_count, records }) => ({ total: total_count, items: records }));
    return this.list(recordsPath(zone), label === '' ? {} : { name: label }, schema, signal);
  }

  /** Puts a TXT set in place of the one that stands, or adds one where none does. */
  async replaceTxt(
    zone: string,
    label: string,
    records: readonly ScalewayTxt[],
    change: 'add' | 'set',
    signal: AbortSignal,
  ): Promise<void> {
    const typed = records.map((record) => ({ ...record, type: 'TXT' }));
    const id_fields = { name: label, type: 'TXT' };
    const changes = [change === 'add' ? { add: { records: typed } } : { set: { id_fields, records: typed } }];
    const body = { changes, return_all_records: false, disallow_new_zone_creation: true };
    await this.api.send({ method: 'PATCH', path: recordsPath(zone), body }, signal);
  }

  private async list<T>(
    path: string,
    filter: Readonly<Record<string, string>>,
    schema: z.ZodType<{ readonly total: number; readonly items: readonly T[] }>,
    signal: AbortSignal,
  ): Promise<readonly T[]> {
    let seen = 0;
    return allPages(1, async (page: number) => {
      const query = { ...filter, page: String(page), page_size: PAGE_SIZE };
      const { total, items } = await this.api.json({ method: 'GET', path, query }, schema, signal);
      seen += items.length;
      return { items, next: items.length > 0 && seen < total ? page + 1 : null };
    });
  }
}

function recordsPath(zone: string): string {
  return `/dns-zones/${encodeURIComponent(zone)}/records`;
}

/** `{"type": "permissions_denied", "message": …}`; while a zone is being worked on it can't be changed. */
function explain(status: number, json: unknown): ApiComplaint {
  const complaint = Complaint.safeParse(json);
  if (!complaint.success) return { message: null };
  const details = (complaint.data.details ?? []).map((detail) =>
    `${detail.argument_name ?? ''} ${detail.help_message ?? ''}`.trim(),
  );
  const message = [complaint.data.message, ...details].filter((words) => words !== '').join('; ');
  const isBusy = status === 409 || complaint.data.type === 'transient_state';
  return isBusy ? { message, kind: 'transient' } : { message };
}
