import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { allPages } from '../api/all-pages.js';
import type { Page } from '../api/all-pages.js';
import { ApiClient } from '../api/api-client.js';
import type { ApiComplaint } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { GandiOptions } from './options.js';

/** Within 1,000 a minute from one address, and leaves some to others behind it. */
const RATE = { burst: 100, perSecond: 10 } as const;

const Domain = z.object({ fqdn: z.string() });
const NameServers = z.array(z.string());

const RRset = z.object({
  rrset_name: z.string(),
  rrset_type: z.string(),
  rrset_ttl: z.int().nonnegative(),
  rrset_values: z.array(z.string()).min(1),
});
export type GandiRRset = z.infer<typeof RRset>;

/** Error bodies: of the request as a whole, or of its fields. */
const Whole = z.object({ message: z.string() });
const ByField = z.object({
  errors: z.array(z.object({ name: z.string(), description: z.string() })).min(1),
});

/** Where a list stands: its page, and how many entries came before. */
interface Place {
  readonly page: number;
  readonly seen: number;
}

/** The few requests of LiveDNS, version 5. All methods throw DnsProviderError, or an abort's reason. */
export class GandiClient {
  private readonly api: ApiClient;

  constructor({ url, timeoutMs, token }: GandiOptions) {
    this.api = new ApiClient({
      url,
      timeoutMs,
      secrets: [token],
      headers: async () => ({ Authorization: `Bearer ${token}` }),
      explain,
      pace: new Pace(RATE),
    });
  }

  /** Names of all domains that the token sees. */
  async domains(signal: AbortSignal): Promise<readonly string[]> {
    const found = await allPages({ page: 1, seen: 0 }, (at) => this.domainPage(at, signal));
    return found.map(({ fqdn }) => fqdn);
  }

  /** The first page of them only. */
  async firstDomains(signal: AbortSignal): Promise<readonly string[]> {
    const { items } = await this.domainPage({ page: 1, seen: 0 }, signal);
    return items.map(({ fqdn }) => fqdn);
  }

  /** Those that LiveDNS serves the domain by. */
  async nameServers(domain: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.api.json({ method: 'GET', path: `${at(domain)}/nameservers` }, NameServers, signal);
  }

  /** Record sets of all types at a name; `@` is the domain's own. */
  async rrsetsAt(domain: string, name: string, signal: AbortSignal): Promise<readonly GandiRRset[]> {
    const path = `${at(domain)}/records/${encodeURIComponent(name)}`;
    const found = (await this.api.jsonOrNone({ method: 'GET', path }, z.array(RRset), signal)) ?? [];
    // A name without records is answered 404, and so is a domain that isn't there: the domain itself tells which.
    if (found.length === 0) await this.api.json({ method: 'GET', path: at(domain) }, Domain, signal);
    if (found.every((rrset) => rrset.rrset_name.toLowerCase() === name)) return found;
    throw new DnsProviderError('records of another name were answered', { kind: 'malformed' });
  }

  /** Puts a whole TXT set in the place of what stands there. */
  async putTxt(
    domain: string,
    name: string,
    { values, ttl }: { readonly values: readonly string[]; readonly ttl: number },
    signal: AbortSignal,
  ): Promise<void> {
    const path = `${at(domain)}/records/${encodeURIComponent(name)}/TXT`;
    await this.api.send({ method: 'PUT', path, body: { rrset_ttl: ttl, rrset_values: values } }, signal);
  }

  private async domainPage(
    { page, seen }: Place,
    signal: AbortSignal,
  ): Promise<Page<z.infer<typeof Domain>, Place>> {
    const request = { method: 'GET', path: '/domains', query: { page: String(page) } } as const;
    const { headers, body } = await this.api.jsonAndHeaders(request, z.array(Domain), signal);
    const all = seen + body.length;
    return { items: body, next: isLast(headers, all, body.length) ? null : { page: page + 1, seen: all } };
  }
}

/** A page says by `Link` that another follows, or by `Total-Count` how many entries there are; without either it is all. */
function isLast(headers: Headers, seen: number, here: number): boolean {
  if (here === 0) return true;
  if (/rel="?next"?/.test(headers.get('link') ?? '')) return false;
  return seen >= Number(headers.get('total-count') ?? 0);
}

function at(domain: string): string {
  return `/domains/${encodeURIComponent(domain)}`;
}

function explain(status: number, json: unknown): ApiComplaint {
  const fields = ByField.safeParse(json);
  if (fields.success) {
    return {
      message: fields.data.errors.map(({ name, description }) => `${name}: ${description}`).join('; '),
    };
  }
  const whole = Whole.safeParse(json);
  if (!whole.success) return { message: null };
  // Gandi answers the same to a token that has expired or was never made.
  const hint = status === 403 ? ' The token may have expired, or is not for this domain.' : '';
  return { message: `${whole.data.message}${hint}` };
}
