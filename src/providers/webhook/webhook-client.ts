import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtSet, Zone } from '../../ports/dns-provider.js';
import { ApiClient, withoutSecrets } from '../api/api-client.js';
import type { ApiComplaint, ApiRequest } from '../api/api-client.js';
import { Pace } from '../api/pace.js';
import type { WebhookOptions } from './options.js';
import { signedHeaders } from './signed-headers.js';

/** Both sides say which version of the protocol they speak; a server that knows another answers 406. */
export const MEDIA_TYPE = 'application/vnd.dmarc-ratchet.dns.v1+json';

/** What any server of one's own should bear; it may ask for less by 429 and Retry-After. */
const RATE = { burst: 50, perSecond: 10 } as const;

const Check = z.object({ ok: z.boolean(), message: z.string().max(300), compares: z.boolean().optional() });
const FoundZone = z.object({
  zone: z
    .object({
      id: z.string().min(1),
      name: z.string().min(1),
      nameServers: z.array(z.string()).nullish(),
    })
    .nullable(),
});
const Standing = z.object({
  values: z.array(z.string()),
  ttl: z.int().min(0).nullable(),
  alias: z.string().nullish(),
});
const Replaced = z.object({ reference: z.string().max(300).nullish() });
const Complaint = z.object({ error: z.string() });

export interface Replacement {
  readonly zone: string;
  readonly name: string;
  readonly expected: TxtSet;
  readonly next: TxtSet;
  readonly changeId: string;
}

/**
 * The four routes of a server of the operator's own; `docs/examples/webhook-server.mjs` is one. All are POST, so that a
 * signature covers what is asked, too. All throw DnsProviderError, or an abort's reason.
 */
export class WebhookClient {
  private readonly api: ApiClient;
  private readonly secrets: readonly string[];

  /** `now` gives milliseconds; a signature needs the real time, whatever clock the rest runs on. */
  constructor({ url, token, signingSecret, timeoutMs }: WebhookOptions, now: () => number = Date.now) {
    const secrets = [token, signingSecret].filter((secret) => secret !== undefined);
    this.secrets = secrets;
    this.api = new ApiClient({
      url,
      timeoutMs,
      secrets,
      explain,
      pace: new Pace(RATE),
      headers: async ({ body }) => ({
        Accept: MEDIA_TYPE,
        'Content-Type': MEDIA_TYPE,
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(signingSecret === undefined
          ? {}
          : signedHeaders(signingSecret, {
              id: `msg_${randomUUID()}`,
              body: JSON.stringify(body),
              now: now(),
            })),
      }),
    });
  }

  async check(signal: AbortSignal): Promise<z.infer<typeof Check>> {
    const request = { method: 'POST', path: '/check', body: {}, changes: false } as const;
    const check = await this.ask(request, Check, signal);
    return { ...check, message: withoutSecrets(check.message, this.secrets) };
  }

  /** The longest zone that holds a name; null: the server has none. */
  async zone(name: string, signal: AbortSignal): Promise<Zone | null> {
    const request = { method: 'POST', path: '/zone', body: { name }, changes: false } as const;
    const { zone } = await this.ask(request, FoundZone, signal);
    return zone === null ? null : { id: zone.id, name: zone.name, nameServers: zone.nameServers ?? null };
  }

  read(zone: string, name: string, signal: AbortSignal): Promise<z.infer<typeof Standing>> {
    const request = { method: 'POST', path: '/read', body: { zone, name }, changes: false } as const;
    return this.ask(request, Standing, signal);
  }

  /** What the server calls the change, or null. A server that compares answers 409, which is `conflict`. */
  async replace(replacement: Replacement, signal: AbortSignal): Promise<string | null> {
    const request = { method: 'POST', path: '/replace', body: replacement } as const;
    const { reference } = await this.ask(request, Replaced, signal);
    return typeof reference === 'string' ? withoutSecrets(reference, this.secrets) : null;
  }

  private async ask<T>(request: ApiRequest, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const { body, headers } = await this.api.jsonAndHeaders(request, schema, signal);
    if (headers.get('content-type')?.split(';')[0]?.trim() === MEDIA_TYPE) return body;
    const fault =
      request.changes === false
        ? ({ kind: 'malformed' } as const)
        : ({ kind: 'transient', mayBeApplied: true } as const);
    throw new DnsProviderError(`the server's answer is not ${MEDIA_TYPE}`, fault);
  }
}

/** A 404 is a wrong address: a zone or a record that isn't there is said in an answer of success. */
function explain(status: number, json: unknown): ApiComplaint {
  if (status === 404) return { message: 'the address is not that of the four routes', kind: 'unsupported' };
  if (status === 406) return { message: `the server does not speak ${MEDIA_TYPE}` };
  const complaint = Complaint.safeParse(json);
  return { message: complaint.success ? complaint.data.error : null };
}
