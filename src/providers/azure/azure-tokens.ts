import {
  allowInsecureRequests,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { ApiClient, withoutSecrets } from '../api/api-client.js';
import { readBody } from '../api/read-body.js';
import { untilAborted } from '../api/until-aborted.js';
import type { AzureOptions } from './options.js';

/** The identity endpoint gives its seconds as a text. */
const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().min(0),
});
const Complaint = z.object({ error_description: z.string() });

/** Milliseconds before its end at which a token is no longer used. */
const SPARE = 120_000;
/** Seconds that a token lives when the server doesn't say so. */
const USUAL_LIFE = 300;

/** Access tokens for Azure Resource Manager, kept until shortly before they expire; all callers share one request. */
export class AzureTokens {
  private token: { readonly text: string; readonly until: number } | null = null;
  private last: string | null = null;
  private pending: Promise<string> | null = null;
  private readonly identity: ApiClient;

  constructor(private readonly options: AzureOptions) {
    this.identity = new ApiClient({
      url: options.identityUrl,
      timeoutMs: options.timeoutMs,
      headers: async () => ({ Metadata: 'true' }),
      secrets: [],
      explain: (status, json) => {
        const message = Complaint.safeParse(json).data?.error_description ?? null;
        // 404 and 410: the endpoint is being renewed; 400 and the rest: there is no such identity.
        return { message, kind: [404, 410].includes(status) || status >= 500 ? 'transient' : 'auth' };
      },
    });
  }

  /** Throws DnsProviderError, or an abort's reason. */
  async current(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.token !== null && this.token.until > Date.now()) return this.token.text;
    this.pending ??= this.request().finally(() => {
      this.pending = null;
    });
    try {
      return await untilAborted(this.pending, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  /** The next request gets another one: this was refused. */
  forget(): void {
    this.token = null;
  }

  /** The token that was given last, even if it is forgotten: no message may hold it. */
  given(): readonly string[] {
    return this.last === null ? [] : [this.last];
  }

  private async request(): Promise<string> {
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    const { access_token: text, expires_in: seconds = USUAL_LIFE } =
      this.options.clientSecret === undefined
        ? await this.fromIdentity(deadline)
        : await this.fromSecret(this.options.clientSecret, deadline);
    this.last = text;
    this.token = { text, until: Date.now() + Math.max(seconds * 1000 - SPARE, (seconds * 1000) / 2) };
    return text;
  }

  /** The machine's or the container's own identity; clientId chooses one of several. */
  private async fromIdentity(signal: AbortSignal): Promise<z.infer<typeof TokenAnswer>> {
    const { clientId, url } = this.options;
    const query = {
      'api-version': '2018-02-01',
      resource: `${url}/`,
      ...(clientId === undefined ? {} : { client_id: clientId }),
    };
    const path = '/metadata/identity/oauth2/token';
    try {
      return await this.identity.json({ method: 'GET', path, query }, TokenAnswer, signal);
    } catch (error) {
      if (!(error instanceof DnsProviderError)) throw unreachable('its identity endpoint');
      const outside = error.fault.kind === 'transient' ? ' (outside Azure set clientSecret)' : '';
      throw new DnsProviderError(
        `no token from the managed identity: ${error.message}${outside}`,
        error.fault,
      );
    }
  }

  /** Client credentials (RFC 6749 4.4) at the tenant's token endpoint. */
  private async fromSecret(
    secret: string,
    signal: AbortSignal,
  ): Promise<{ readonly access_token: string; readonly expires_in?: number | undefined }> {
    const { loginUrl, tenantId = '', clientId = '', url } = this.options;
    const server = { issuer: loginUrl, token_endpoint: `${loginUrl}/${tenantId}/oauth2/v2.0/token` };
    const client = { client_id: clientId };
    try {
      const answer = await clientCredentialsGrantRequest(
        server,
        client,
        ClientSecretPost(secret),
        new URLSearchParams({ scope: `${url}/.default` }),
        { signal, [customFetch]: fetchWhole, [allowInsecureRequests]: isLoopback(loginUrl) },
      );
      return await processClientCredentialsResponse(server, client, answer);
    } catch (error) {
      if (!(error instanceof ResponseBodyError) || error.status === 429 || error.status >= 500)
        throw unreachable('its login server');
      // Without its cause: the library's error holds the answer.
      const words = withoutSecrets(`${error.error}: ${error.error_description ?? ''}`, [secret]);
      throw new DnsProviderError(`Azure gave no access token: ${words}`, { kind: 'auth' });
    }
  }
}

function unreachable(what: string): DnsProviderError {
  const fault = { kind: 'transient', mayBeApplied: false } as const;
  return new DnsProviderError(`Azure gave no access token: ${what} is out of reach or out of order`, fault);
}

/** The answer with its body read, so that it can't be endless; the secret follows no redirect. */
async function fetchWhole(address: string, init: object): Promise<Response> {
  const answer = await fetch(address, { ...init, redirect: 'manual' });
  const text = await readBody(answer);
  const type = answer.headers.get('content-type') ?? '';
  return new Response(text === '' ? null : text, {
    status: answer.status,
    headers: { 'content-type': type },
  });
}

/** Nobody listens in between on the machine itself. */
function isLoopback(url: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
}
