import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiClient } from '../api/api-client.js';
import type { ApiRequest } from '../api/api-client.js';
import { SharedWork } from '../api/shared-work.js';
import type { OvhKeys } from './options.js';

/** Milliseconds after which the server's time is asked for anew: a clock that was set meanwhile is no longer trusted. */
const TRUSTED_MS = 600_000;

/** What is signed of a request: the whole address as it is asked for, and the body as it is sent. */
export interface SignedParts {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** Seconds since 1970, as the server counts them. */
  readonly timestamp: number;
}

/** OVH's signature of a request: `$1$` and the SHA-1 of its parts, joined by `+`. */
export function ovhSignature(
  { applicationSecret, consumerKey }: Pick<OvhKeys, 'applicationSecret' | 'consumerKey'>,
  { method, url, body, timestamp }: SignedParts,
): string {
  const parts = [applicationSecret, consumerKey, method, url, body, String(timestamp)];
  return `$1$${createHash('sha1').update(parts.join('+')).digest('hex')}`;
}

/** Signs requests by the server's time, which is asked for since ours may differ. */
export class OvhSigner {
  private readonly api: ApiClient;
  private readonly questions = new SharedWork<number>();
  /** Milliseconds that the server is ahead, and until when that holds. */
  private ahead: { readonly ms: number; readonly until: number } | null = null;

  constructor(
    private readonly keys: OvhKeys,
    private readonly url: string,
    timeoutMs: number,
  ) {
    this.api = new ApiClient({ url, timeoutMs, secrets: [], headers: async () => ({}) });
  }

  /** Headers of a request to the API at `url`. Throws DnsProviderError, or an abort's reason. */
  async headers(request: ApiRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const timestamp = Math.floor((Date.now() + (await this.serverAhead(signal))) / 1000);
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query).toString()}`;
    const parts = {
      method: request.method,
      url: `${this.url}${request.path}${query}`,
      body: request.body === undefined ? '' : JSON.stringify(request.body),
      timestamp,
    };
    return {
      'X-Ovh-Application': this.keys.applicationKey,
      'X-Ovh-Consumer': this.keys.consumerKey,
      'X-Ovh-Timestamp': String(timestamp),
      'X-Ovh-Signature': ovhSignature(this.keys, parts),
    };
  }

  /** The next request asks for the server's time anew. */
  forget(): void {
    this.ahead = null;
  }

  private async serverAhead(signal: AbortSignal): Promise<number> {
    const now = Date.now();
    if (this.ahead !== null && now < this.ahead.until && now > this.ahead.until - 2 * TRUSTED_MS) {
      return this.ahead.ms;
    }
    return this.questions.result(() => this.askTime(), signal);
  }

  private async askTime(): Promise<number> {
    const request = { method: 'GET', path: '/auth/time' } as const;
    const seconds = await this.api.json(request, z.int().positive(), new AbortController().signal);
    const ms = seconds * 1000 - Date.now();
    this.ahead = { ms, until: Date.now() + TRUSTED_MS };
    return ms;
  }
}
