import type { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiRequest } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import { untilReset } from '../api/retry-after.js';
import { explainHetzner, OneAction, OneZone, RRsetPage, ZonePage } from './hetzner-answers.js';
import type { HetznerAction, HetznerRRset, HetznerZone } from './hetzner-answers.js';
import type { HetznerOptions } from './options.js';

/** Half of the 3,600 requests that a project has in store; one a second comes back. */
const RATE = { burst: 1800, perSecond: 1 } as const;
/** Milliseconds. */
const LEAST_WAIT = 1000;
const MOST_WAIT = 5000;

/** As the API writes it: quoted strings of 255 bytes, and what people noted beside it. */
export interface HetznerRecord {
  readonly value: string;
  readonly comment?: string;
}

/** The few requests of the Cloud API's zones. All methods throw DnsProviderError, or an abort's reason. */
export class HetznerClient {
  private readonly api: ApiClient;

  constructor({ url, timeoutMs, token }: HetznerOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      secrets: [token],
      headers: async () => ({ Authorization: `Bearer ${token}` }),
      explain: explainHetzner,
      waitMs: untilSomeIsBack,
      pace: new Pace(RATE),
    });
  }

  /** The zone of exactly that name; null: the project has none. */
  async zoneNamed(name: string, signal: AbortSignal): Promise<HetznerZone | null> {
    const zones = await this.all('/zones', { name }, ZonePage, ({ zones: items }) => items, signal);
    return zones.find((zone) => zone.name.toLowerCase() === name) ?? null;
  }

  async zone(id: string, signal: AbortSignal): Promise<HetznerZone> {
    const request = { method: 'GET', path: at(id) } as const;
    return (await this.api.json(request, OneZone, signal)).zone;
  }

  /** Record sets of all types at a name; `@` is the zone's own. */
  async rrsetsAt(zoneId: string, name: string, signal: AbortSignal): Promise<readonly HetznerRRset[]> {
    const path = `${at(zoneId)}/rrsets`;
    const found = await this.all(path, { name }, RRsetPage, ({ rrsets }) => rrsets, signal);
    // Whatever the API made of the question: nothing else may be taken for what stands there.
    return found.filter((rrset) => rrset.name.toLowerCase() === name);
  }

  /** Throws `conflict` when a set stands there by now. */
  async createTxt(
    zoneId: string,
    { name, ttl, records }: { readonly name: string; readonly ttl: number; readonly records: unknown },
    signal: AbortSignal,
  ): Promise<HetznerAction> {
    return this.act(`${at(zoneId)}/rrsets`, { name, type: 'TXT', ttl, records }, signal);
  }

  /** Puts these records in the place of all that stand there; the TTL stays. */
  async setTxt(
    zoneId: string,
    name: string,
    records: readonly HetznerRecord[],
    signal: AbortSignal,
  ): Promise<HetznerAction> {
    return this.act(`${txt(zoneId, name)}/actions/set_records`, { records }, signal);
  }

  async changeTtl(zoneId: string, name: string, ttl: number, signal: AbortSignal): Promise<HetznerAction> {
    return this.act(`${txt(zoneId, name)}/actions/change_ttl`, { ttl }, signal);
  }

  /** How far a change is. Throws `unsupported` when the API has forgotten it. */
  async action(id: string, signal: AbortSignal): Promise<HetznerAction> {
    const request = { method: 'GET', path: `/actions/${encodeURIComponent(id)}` } as const;
    const answer = await this.api.jsonOrNone(request, OneAction, signal);
    if (answer !== null) return answer.action;
    throw new DnsProviderError(`Hetzner knows no action ${id}`, { kind: 'unsupported' });
  }

  private async act(path: string, body: unknown, signal: AbortSignal): Promise<HetznerAction> {
    return (await this.api.json({ method: 'POST', path, body }, OneAction, signal)).action;
  }

  private async all<
    Answer extends {
      readonly meta: { readonly pagination: { readonly next_page?: number | null | undefined } };
    },
    Item,
  >(
    path: string,
    filter: ApiRequest['query'],
    schema: z.ZodType<Answer>,
    itemsOf: (answer: Answer) => readonly Item[],
    signal: AbortSignal,
  ): Promise<readonly Item[]> {
    return allPages(1, async (page) => {
      const request = { method: 'GET', path, query: { ...filter, page: String(page) } } as const;
      const answer = await this.api.json(request, schema, signal);
      return { items: itemsOf(answer), next: answer.meta.pagination.next_page ?? null };
    });
  }
}

function at(zoneId: string): string {
  return `/zones/${encodeURIComponent(zoneId)}`;
}

function txt(zoneId: string, name: string): string {
  return `${at(zoneId)}/rrsets/${encodeURIComponent(name)}/TXT`;
}

/**
 * `RateLimit-Reset` is the Unix time at which the whole budget is back. It comes back bit by bit, one request a second
 * (Cloud API, "Rate Limiting"), so that a few seconds are enough.
 */
function untilSomeIsBack(headers: Headers, now: number): number | null {
  const reset = untilReset(headers.get('ratelimit-reset'), now);
  return reset === null ? null : Math.min(Math.max(reset, LEAST_WAIT), MOST_WAIT);
}
