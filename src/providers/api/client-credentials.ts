import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { DnsProviderFault } from '../../ports/dns-provider.js';
import { TokenAnswer } from './access-tokens.js';
import { jsonOf, withoutSecrets } from './api-client.js';
import { readBody } from './read-body.js';
import { retryAfter } from './retry-after.js';

export interface ClientCredentials {
  /** Whose server it is, for messages. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly timeoutMs: number;
}

/** RFC 6749 5.2. */
const Refusal = z.object({ error: z.string(), error_description: z.string().optional() });

/** A wrong client or secret, as one server or another says it. */
const REFUSED = [400, 401, 403];

/**
 * An access token by client credentials (RFC 6749 4.4). Throws DnsProviderError `auth`, `rate-limited` or `transient`,
 * without a cause: it would hold the secret or a token.
 */
export async function tokenByClientCredentials(credentials: ClientCredentials): Promise<TokenAnswer> {
  const { issuer, clientSecret } = credentials;
  const answer = await exchange(credentials);
  if (answer === null) throw noToken(issuer, 'its server is out of reach', TRANSIENT);
  const { status, headers, text } = answer;
  const json = jsonOf(text);
  if (REFUSED.includes(status)) {
    const refusal = Refusal.safeParse(json).data;
    const words = refusal === undefined ? `status ${status}` : wordsOf(refusal);
    throw noToken(issuer, withoutSecrets(words, [clientSecret]), { kind: 'auth' });
  }
  if (status === 429) {
    const retryAfterMs = retryAfter(headers.get('retry-after'), Date.now());
    throw noToken(issuer, 'too many are asked for', { kind: 'rate-limited', retryAfterMs });
  }
  const token = TokenAnswer.safeParse(status === 200 ? json : undefined);
  if (!token.success) throw noToken(issuer, `its server is out of order (${status})`, TRANSIENT);
  return token.data;
}

/** Asking for a token changes nothing, so nothing was applied. */
const TRANSIENT = { kind: 'transient', mayBeApplied: false } as const;

function noToken(issuer: string, words: string, fault: DnsProviderFault): DnsProviderError {
  return new DnsProviderError(`${issuer} gave no access token: ${words}`, fault);
}

function wordsOf({ error, error_description }: z.infer<typeof Refusal>): string {
  return error_description === undefined ? error : `${error}: ${error_description}`;
}

/** Null: no whole answer came. */
async function exchange({ tokenUrl, clientId, clientSecret, scope, timeoutMs }: ClientCredentials): Promise<{
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
} | null> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  try {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { Accept: 'application/json' },
      redirect: 'manual', // the secret goes to nobody else
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, headers: answer.headers, text: await readBody(answer) };
  } catch {
    return null;
  }
}
