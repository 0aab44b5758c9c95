import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came. */
export interface ApiCall {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface ApiReply {
  readonly status: number;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What goes wrong with a request. Without a status it reaches the account first: `fail-after` answers 500, `lose-after`
 * breaks the connection. `hang` reaches nothing and never answers.
 */
export type ApiFault =
  | ApiReply
  | 'fail-after'
  | 'lose-after'
  | 'hang'
  | 'hang-after'
  | 'html'
  | 'cut'
  | 'empty-object'
  | 'redirect';

export interface ApiEmulator {
  readonly url: string;
  readonly calls: readonly ApiCall[];
  /** Requests that the API's documentation doesn't know, in words; must stay empty. */
  readonly violations: readonly string[];
  /** The next requests of that kind fail so, one after the other. `write`: all but GET and HEAD, or what `isWrite` says. */
  fail(which: 'any' | 'write', ...faults: readonly ApiFault[]): void;
  forgetCalls(): void;
  stop(): Promise<void>;
}

/** Thrown by a handler for a request that the real API would not understand. */
export class ApiViolation extends Error {}

/** Throws ApiViolation unless the request has exactly these query parameters, whatever their values. */
export function requireQuery(call: ApiCall, ...names: readonly string[]): void {
  const unknown = Object.keys(call.query).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new ApiViolation(`query ${unknown.join(', ')}`);
}

/** The body as JSON, with exactly these keys (those that end in `?` may miss). Throws ApiViolation. */
export function jsonBody(call: ApiCall, ...keys: readonly string[]): Record<string, unknown> {
  if (!call.headers['content-type']?.startsWith('application/json')) throw new ApiViolation('content type');
  const body: unknown = JSON.parse(call.text);
  if (typeof body !== 'object' || body === null) throw new ApiViolation('the body is no object');
  const known = keys.map((key) => key.replace('?', ''));
  const unknown = Object.keys(body).filter((key) => !known.includes(key));
  const missing = keys.filter((key) => !key.endsWith('?') && !(key in body));
  if (unknown.length + missing.length > 0) {
    throw new ApiViolation(`body: unknown ${unknown.join(', ')}; missing ${missing.join(', ')}`);
  }
  return Object.fromEntries(Object.entries(body));
}

/** A server on loopback that answers as `handle` says; a request that it refuses to understand is noted and answered 599. */
export async function startApiEmulator(
  handle: (call: ApiCall) => ApiReply,
  options: { readonly isWrite?: (call: ApiCall) => boolean } = {},
): Promise<ApiEmulator> {
  const calls: ApiCall[] = [];
  const violations: string[] = [];
  const faults: { which: 'any' | 'write'; fault: ApiFault }[] = [];
  const isWrite = options.isWrite ?? ((call) => call.method !== 'GET' && call.method !== 'HEAD');

  function takeFault(call: ApiCall): ApiFault | null {
    const at = faults.findIndex(({ which }) => which === 'any' || isWrite(call));
    return at === -1 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
  }

  function handled(call: ApiCall): ApiReply {
    try {
      return handle(call);
    } catch (error) {
      violations.push(
        `${call.method} ${call.path}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return { status: 599, body: { error: 'the emulator does not know this request' } };
    }
  }

  const server = http.createServer((request, response) => {
    readCall(request).then(
      (call) => answer(call, response),
      () => response.destroy(), // the client gave up halfway
    );
  });

  function answer(call: ApiCall, response: http.ServerResponse): void {
    calls.push(call);
    const fault = takeFault(call);
    if (fault === 'hang') return;
    if (fault !== null && typeof fault === 'object') {
      send(response, fault);
      return;
    }
    const reply = handled(call);
    if (fault === 'hang-after') return;
    if (fault === 'lose-after') response.destroy();
    else send(response, spoilt(reply, fault));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    violations,
    fail(which, ...more) {
      faults.push(...more.map((fault) => ({ which, fault })));
    },
    forgetCalls() {
      calls.length = 0;
      faults.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spoilt(
  reply: ApiReply,
  fault: 'fail-after' | 'html' | 'cut' | 'empty-object' | 'redirect' | null,
): ApiReply {
  if (fault === null) return reply;
  if (fault === 'fail-after') return { status: 500, body: { message: 'internal error' } };
  if (fault === 'redirect') return { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } };
  if (fault === 'html') return { status: 200, body: '<html><body>Maintenance</body></html>' };
  if (fault === 'empty-object') return { status: 200, body: {} };
  const whole = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
  return { ...reply, body: whole.slice(0, Math.floor(whole.length / 2)) };
}

function send(response: http.ServerResponse, { status, body, headers = {} }: ApiReply): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
  if (body === undefined) response.end();
  else response.end(isText ? body : JSON.stringify(body));
}

async function readCall(request: http.IncomingMessage): Promise<ApiCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://emulator');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    text: Buffer.concat(chunks).toString('utf8'),
  };
}
