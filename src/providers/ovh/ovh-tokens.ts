import { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import { readBody } from '../api/read-body.js';
import { untilAborted } from '../api/until-aborted.js';
import type { OvhServiceAccount } from './options.js';

const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,16384}$/),
  expires_in: z.number().min(0).default(300),
});

/** Access tokens of a service account (RFC 6749 4.4), kept for half their life; all callers share one request. */
export class OvhTokens {
  private token: { readonly text: string; readonly until: number } | null = null;
  private pending: Promise<string> | null = null;

  constructor(
    private readonly account: OvhServiceAccount,
    private readonly options: { readonly tokenUrl: string; readonly timeoutMs: number },
  ) {}

  /** The token in use, which no message may show; empty: there is none. */
  get inUse(): string {
    return this.token?.text ?? '';
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

  private async request(): Promise<string> {
    const { status, text } = await this.ask();
    if (status === 400 || status === 401 || status === 403) {
      throw new DnsProviderError(`the service account is refused (${status})`, { kind: 'auth' });
    }
    if (status === 429) {
      throw new DnsProviderError('too many tokens asked for', { kind: 'rate-limited', retryAfterMs: null });
    }
    const answer = TokenAnswer.safeParse(status === 200 ? parsed(text) : undefined);
    // Nothing of the answer is told: it may hold a token.
    if (!answer.success) throw unreachable(`gives no token (${status})`);
    const { access_token, expires_in } = answer.data;
    this.token = { text: access_token, until: Date.now() + expires_in * 500 };
    return access_token;
  }

  private async ask(): Promise<{ readonly status: number; readonly text: string }> {
    const { clientId, clientSecret } = this.account;
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'all',
    };
    try {
      const answer = await fetch(this.options.tokenUrl, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { Accept: 'application/json' },
        redirect: 'manual', // the secret goes to nobody else
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      return { status: answer.status, text: await readBody(answer) };
    } catch {
      throw unreachable('could not be reached or broke off');
    }
  }
}

/** Asking for a token changes nothing, so nothing was applied. */
function unreachable(what: string): DnsProviderError {
  return new DnsProviderError(`OVH's token server ${what}`, { kind: 'transient', mayBeApplied: false });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
