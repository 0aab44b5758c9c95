import type { z } from 'zod';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { DnsProviderFault } from '../../ports/dns-provider.js';
import { askAgain } from './ask-again.js';
import type { Pace } from './pace.js';
import { readBody } from './read-body.js';
import { retryAfter } from './retry-after.js';
import { withinDeadline } from './within-deadline.js';

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH';

export interface ApiRequest {
  readonly method: ApiMethod;
  /** Behind the base address, with its slash; parts that come from outside are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Beside those of the client. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it may change something. By default all but GET; an API that reads by POST says so. */
  readonly changes?: boolean;
}

/** An answer with a status of success, or one that `explain` lets through. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What an API says of an error: a sentence for people, and the kind of fault where the status alone misleads. */
export interface ApiComplaint {
  readonly message: string | null;
  readonly kind?:
    | 'auth'
    | 'forbidden'
    | 'zone-not-found'
    | 'conflict'
    | 'unsupported'
    | 'rate-limited'
    | 'transient'
    | 'malformed';
  /** Where the body says how long to wait, not the header. */
  readonly retryAfterMs?: number;
  /** Of a `transient` fault: the API says that it has changed nothing. */
  readonly isUntouched?: true;
}

export interface ApiClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Added to each request, as `Authorization`; asked each time, so that tokens may be renewed. */
  readonly headers: (request: ApiRequest, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** Never to be seen in any message. */
  readonly secrets: readonly string[];
  /** The same of credentials that are renewed; asked each time. */
  readonly tokens?: () => readonly string[];
  /** How often it may be asked; without it as often as one likes. */
  readonly pace?: Pace;
  /** Reads what the API wrote about an error; `json` is undefined when the body is none. */
  readonly explain?: (status: number, json: unknown) => ApiComplaint;
  /** Whether the body tells of an error though the status is one of success; `explain` is asked which. */
  readonly isFailure?: (json: unknown, status: number) => boolean;
  /** Milliseconds to wait after a 429, from headers of the API's own, where it sends no Retry-After. */
  readonly waitMs?: (headers: Headers, now: number) => number | null;
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970; the real time, as headers count in it. */
  readonly now?: () => number;
}

/** Longest piece of a server's own words that is passed on. */
const LONGEST_COMPLAINT = 300;

/**
 * Talks JSON to one API: its pace, time-out, limits, no redirects, and each fault told apart. A write is sent once: what
 * failed is tried again by whoever decides, on what is read then. A question that came too soon is asked again after a
 * moment. All methods throw DnsProviderError, or an abort's reason.
 */
export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  /** The body of a successful answer, checked. An answer that can't be read is `malformed`, never "none". */
  async json<T>(request: ApiRequest, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const { text } = await this.send(request, signal);
    return this.parse(request, text, schema);
  }

  /** The same with its headers, where a list's pages are told there. */
  async jsonAndHeaders<T>(
    request: ApiRequest,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<{ readonly body: T; readonly headers: Headers }> {
    const { text, headers } = await this.send(request, signal);
    return { body: this.parse(request, text, schema), headers };
  }

  /** The same; null when the API answers 404 (or as `none` says), which only some addresses mean as "none". */
  async jsonOrNone<T>(
    request: ApiRequest,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    none: readonly number[] = [404],
  ): Promise<T | null> {
    const answer = await this.exchange(request, signal);
    if (none.includes(answer.status) && jsonOf(answer.text) !== undefined) return null;
    if (!this.isSuccess(answer)) throw this.statusFault(answer, request);
    return this.parse(request, answer.text, schema);
  }

  /** A successful answer as it is. */
  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const answer = await this.exchange(request, signal);
    if (this.isSuccess(answer)) return answer;
    throw this.statusFault(answer, request);
  }

  private async exchange(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    if (changes(request)) return this.exchangeOnce(request, signal);
    return askAgain(
      () => this.exchangeOnce(request, signal),
      (answer) => this.busyFor(answer, request),
      signal,
    );
  }

  /** How long it takes until an API that was asked too often, or is busy (503), may be asked again. */
  private busyFor(answer: ApiAnswer, request: ApiRequest): number | 'unnamed' | null {
    if (this.isSuccess(answer)) return null;
    const { fault } = this.statusFault(answer, request);
    if (fault.kind === 'rate-limited') return fault.retryAfterMs ?? 'unnamed';
    if (answer.status !== 503) return null;
    return retryAfter(answer.headers.get('retry-after'), this.now()) ?? 'unnamed';
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private async exchangeOnce(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    signal.throwIfAborted();
    await this.options.pace?.turn(signal);
    const { url, timeoutMs } = this.options;
    const own = await this.options.headers(request, signal);
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query).toString()}`;
    try {
      return await withinDeadline(signal, timeoutMs, async (deadline) => {
        const answer = await (this.options.fetch ?? fetch)(`${url}${request.path}${query}`, {
          method: request.method,
          ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
          headers: {
            Accept: 'application/json',
            ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
            ...own,
            ...request.headers,
          },
          redirect: 'manual', // the credential goes to nobody else
          signal: deadline,
        });
        return { status: answer.status, headers: answer.headers, text: await readBody(answer) };
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw this.exchangeFault(cause, request);
    }
  }

  private isSuccess({ status, text }: ApiAnswer): boolean {
    return status >= 200 && status <= 299 && this.options.isFailure?.(jsonOf(text), status) !== true;
  }

  private exchangeFault(cause: unknown, request: ApiRequest): DnsProviderError {
    const mayBeApplied = changes(request) && !wasNeverMade(cause);
    if (cause instanceof DnsProviderError && !mayBeApplied) return cause;
    const message =
      cause instanceof DnsProviderError ? cause.message : 'it could not be reached or broke off';
    return new DnsProviderError(message, { kind: 'transient', mayBeApplied }, { cause });
  }

  private statusFault({ status, headers, text }: ApiAnswer, request: ApiRequest): DnsProviderError {
    const complaint = this.options.explain?.(status, jsonOf(text)) ?? { message: null };
    const { secrets, tokens } = this.options;
    const hidden = [...secrets, ...(tokens?.() ?? [])];
    const words = complaint.message === null ? '' : `: ${withoutSecrets(complaint.message, hidden)}`;
    const message = `the API answered ${status}${words}`;
    const kind = complaint.kind ?? kindOf(status);
    if (kind === 'rate-limited') {
      const now = this.now();
      const said = retryAfter(headers.get('retry-after'), now) ?? complaint.retryAfterMs;
      const retryAfterMs = said ?? this.options.waitMs?.(headers, now) ?? null;
      return new DnsProviderError(message, { kind: 'rate-limited', retryAfterMs });
    }
    const mayBeApplied = changes(request) && complaint.isUntouched !== true;
    return new DnsProviderError(message, faultOf(kind, mayBeApplied));
  }

  private parse<T>(request: ApiRequest, text: string, schema: z.ZodType<T>): T {
    const result = schema.safeParse(jsonOf(text));
    if (result.success) return result.data;
    const where = result.error.issues[0]?.path.join('.') ?? '';
    const message = `the answer is not what the API documents${where === '' ? '' : ` (${where})`}`;
    // Whatever it was, a write that was answered at all may have been carried out.
    if (changes(request)) throw new DnsProviderError(message, { kind: 'transient', mayBeApplied: true });
    throw new DnsProviderError(message, { kind: 'malformed' });
  }
}

/** A server's own words as they may be passed on: short, in one line, and without any of the secrets. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter((secret) => secret !== '')
    // As an address or a form that is repeated would hold it.
    .flatMap((secret) => [secret, encodeURIComponent(secret.replaceAll(/\p{Cs}/gu, ''))])
    .reduce((words, secret) => words.replaceAll(secret, '•••'), text);
  return clean.replaceAll(/\p{C}/gu, ' ').slice(0, LONGEST_COMPLAINT);
}

function changes(request: ApiRequest): boolean {
  return request.changes ?? request.method !== 'GET';
}

/** What a status alone says. */
export function kindOf(status: number): Exclude<ApiComplaint['kind'], undefined> {
  if (status === 401) return 'auth';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'zone-not-found';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429) return 'rate-limited';
  if (status === 408 || status >= 500) return 'transient';
  return status >= 400 ? 'unsupported' : 'malformed';
}

/** The port's fault of that kind; what was seen at the name and when to come again aren't known here. */
export function faultOf(kind: ReturnType<typeof kindOf>, isChange: boolean): DnsProviderFault {
  if (kind === 'rate-limited') return { kind, retryAfterMs: null };
  if (kind === 'conflict') return { kind, observed: null };
  if (kind === 'transient') return { kind, mayBeApplied: isChange };
  return { kind };
}

/** Only a connection that was never made is sure to have changed nothing. */
export function wasNeverMade(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const never: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  return never.includes(code) || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** A text as JSON; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
