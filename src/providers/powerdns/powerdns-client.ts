import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { PowerDnsOptions } from './options.js';

/** Only the fields that are used. */
const ZoneList = z.array(z.object({ id: z.string(), name: z.string() }));
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
export type ZoneRecords = z.infer<typeof ZoneRecords>;

const SearchResults = z.array(
  z.object({
    zone_id: z.string(),
    name: z.string(),
    type: z.string().optional(),
    content: z.string().optional(),
    disabled: z.boolean().optional(),
  }),
);

export interface TxtRrset {
  /** With the final dot. */
  readonly name: string;
  readonly ttl: number;
  readonly records: readonly { readonly content: string; readonly disabled: boolean }[];
}

/** More than any answer about one name; an old server that sends its whole zone may need much of it. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** The few requests of the PowerDNS HTTP API that are needed. All throw DnsProviderError, or an abort's reason. */
export class PowerDnsClient {
  constructor(private readonly options: PowerDnsOptions) {}

  /** The zone of exactly that name; null: the server holds none. */
  async findZone(name: string, signal: AbortSignal): Promise<{ readonly id: string } | null> {
    const body = await this.request('GET', `/zones?zone=${encodeURIComponent(`${name}.`)}`, null, signal);
    const zones = parsed(ZoneList, body);
    return zones.find((zone) => zone.name.toLowerCase() === `${name}.`) ?? null;
  }

  /** All record sets at one name; servers that don't know the filter send more. */
  async readName(zoneId: string, name: string, signal: AbortSignal): Promise<ZoneRecords['rrsets']> {
    const target = `/zones/${encodeURIComponent(zoneId)}?rrset_name=${encodeURIComponent(`${name}.`)}`;
    const { rrsets } = parsed(ZoneRecords, await this.request('GET', target, null, signal));
    return rrsets.filter((rrset) => rrset.name.toLowerCase() === `${name}.`);
  }

  /** Contents of TXT records that are switched off; a read of one name leaves them out. */
  async findDisabled(zoneId: string, name: string, signal: AbortSignal): Promise<readonly string[]> {
    const target = `/search-data?q=${encodeURIComponent(name)}&max=1000&object_type=record`;
    const found = parsed(SearchResults, await this.request('GET', target, null, signal));
    return found
      .filter((entry) => entry.zone_id === zoneId && entry.name.toLowerCase() === `${name}.`)
      .filter((entry) => entry.type === 'TXT' && entry.disabled === true)
      .flatMap((entry) => (entry.content === undefined ? [] : [entry.content]));
  }

  /** Puts a TXT set in place of the one that stands; nothing is checked by the server. */
  async replaceTxt(zoneId: string, rrset: TxtRrset, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ rrsets: [{ ...rrset, type: 'TXT', changetype: 'REPLACE' }] });
    await this.request('PATCH', `/zones/${encodeURIComponent(zoneId)}`, body, signal);
  }

  private async request(
    method: 'GET' | 'PATCH',
    target: string,
    body: string | null,
    signal: AbortSignal,
  ): Promise<string> {
    signal.throwIfAborted();
    const { url, server, apiKey, timeoutMs } = this.options;
    const isWrite = method === 'PATCH';
    try {
      const answer = await fetch(`${url.replace(/\/+$/, '')}/api/v1/servers/${server}${target}`, {
        method,
        ...(body === null ? {} : { body }),
        headers: { 'X-API-Key': apiKey, Accept: 'application/json', 'Content-Type': 'application/json' },
        redirect: 'manual', // the key goes to nobody else
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const text = await readBody(answer);
      if (!answer.ok) throw statusFault(answer, text, isWrite);
      return text;
    } catch (cause) {
      if (cause instanceof DnsProviderError) throw cause;
      signal.throwIfAborted();
      throw new DnsProviderError(
        'the server could not be reached or broke off',
        { kind: 'transient', mayBeApplied: isWrite && !wasRefused(cause) },
        { cause },
      );
    }
  }
}

/** Only a connection that was never made is sure to have changed nothing. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const never: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  return never.includes(code) || code === 'UND_ERR_CONNECT_TIMEOUT';
}

function statusFault(answer: Response, text: string, isWrite: boolean): DnsProviderError {
  const { status } = answer;
  const message = `the server answered ${status}${reasonIn(text)}`;
  if (status === 401) return new DnsProviderError('the server refused the API key', { kind: 'auth' });
  if (status === 403) return new DnsProviderError(message, { kind: 'forbidden' });
  if (status === 404) return new DnsProviderError(message, { kind: 'zone-not-found' });
  if (status === 409) return new DnsProviderError(message, { kind: 'conflict', observed: null });
  if (status === 429) {
    const retryAfterMs = retryAfter(answer.headers.get('retry-after'), Date.now());
    return new DnsProviderError(message, { kind: 'rate-limited', retryAfterMs });
  }
  if (status >= 500) return new DnsProviderError(message, { kind: 'transient', mayBeApplied: isWrite });
  if (status >= 400) return new DnsProviderError(message, { kind: 'unsupported' });
  return new DnsProviderError(`${message}, which is not followed`, { kind: 'malformed' });
}

/** Milliseconds from a Retry-After header: seconds or a date (RFC 9110 10.2.3). Null: it says nothing usable. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** What PowerDNS says in `{"error": …}`, shortened; it holds names and record contents, never the key. */
function reasonIn(text: string): string {
  const parsedText = jsonOf(text);
  const error = z.object({ error: z.string() }).safeParse(parsedText);
  return error.success ? `: ${error.data.error.slice(0, 200)}` : '';
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  const result = schema.safeParse(jsonOf(text));
  if (result.success) return result.data;
  // An answer that can't be read is never "no records".
  throw new DnsProviderError(
    'the answer is not what the API documents',
    { kind: 'malformed' },
    { cause: result.error },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY) throw new DnsProviderError('the answer is too large', { kind: 'malformed' });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
