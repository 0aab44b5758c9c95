import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApiEmulator } from '../../../test/lab/api-emulator.js';
import type { ApiEmulator, ApiFault, ApiReply } from '../../../test/lab/api-emulator.js';
import { freePort } from '../../../test/lab/free-port.js';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { DnsProviderError } from '../../ports/dns-provider.js';
import type { DnsProviderFault } from '../../ports/dns-provider.js';
import { ApiClient, withoutSecrets } from './api-client.js';
import type { ApiClientOptions } from './api-client.js';
import { Pace } from './pace.js';

const SECRET = 'canary-0123456789';
const READ = { method: 'GET', path: '/thing' } as const;
const WRITE = { method: 'PUT', path: '/thing', body: { a: 1 } } as const;
const Thing = z.object({ ok: z.literal(true) });
const signal = new AbortController().signal;

const OPEN: DnsProviderFault = { kind: 'transient', mayBeApplied: true };
const SHUT: DnsProviderFault = { kind: 'transient', mayBeApplied: false };

async function errorOf(attempt: Promise<unknown>): Promise<DnsProviderError> {
  const error: unknown = await attempt.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof DnsProviderError) return error;
  throw error;
}

describe('ApiClient', () => {
  let emulator: ApiEmulator;
  let reply: ApiReply = { status: 200, body: { ok: true } };
  let pauses: readonly number[];

  beforeAll(async () => {
    pauses = skipPauses();
    emulator = await startApiEmulator(() => reply);
  });
  afterEach(() => {
    reply = { status: 200, body: { ok: true } };
    emulator.forgetCalls();
  });
  afterAll(async () => emulator.stop());

  function client(more: Partial<ApiClientOptions> = {}): ApiClient {
    return new ApiClient({
      url: emulator.url,
      timeoutMs: 5000,
      headers: async () => ({ Authorization: `Bearer ${SECRET}` }),
      secrets: [SECRET],
      now: () => Date.parse('2026-11-22T12:00:00Z'),
      ...more,
    });
  }

  it('sends JSON with the credential, and a body only where there is one', async () => {
    await client().json(WRITE, Thing, signal);
    await client().json({ ...READ, query: { name: 'a b&c' }, headers: { 'X-More': '1' } }, Thing, signal);
    expect(emulator.calls).toMatchObject([
      { method: 'PUT', path: '/thing', text: '{"a":1}', headers: { authorization: `Bearer ${SECRET}` } },
      { method: 'GET', query: { name: 'a b&c' }, text: '', headers: { 'x-more': '1' } },
    ]);
    expect(emulator.calls[0]?.headers['content-type']).toBe('application/json');
    expect(emulator.calls[1]?.headers['content-type']).toBeUndefined();
  });

  it.each<[string, ApiFault, DnsProviderFault, DnsProviderFault]>([
    ['400', { status: 400 }, { kind: 'unsupported' }, { kind: 'unsupported' }],
    ['401', { status: 401 }, { kind: 'auth' }, { kind: 'auth' }],
    ['403', { status: 403 }, { kind: 'forbidden' }, { kind: 'forbidden' }],
    ['404', { status: 404 }, { kind: 'zone-not-found' }, { kind: 'zone-not-found' }],
    ['408', { status: 408 }, SHUT, OPEN],
    ['409', { status: 409 }, { kind: 'conflict', observed: null }, { kind: 'conflict', observed: null }],
    ['412', { status: 412 }, { kind: 'conflict', observed: null }, { kind: 'conflict', observed: null }],
    ['422', { status: 422 }, { kind: 'unsupported' }, { kind: 'unsupported' }],
    ...(
      [
        ['429 in seconds', '7', 7000],
        ['429 with a date', 'Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
        ['429 with nonsense', 'soon', null],
      ] as const
    ).map(([title, header, retryAfterMs]): [string, ApiFault, DnsProviderFault, DnsProviderFault] => {
      const fault = { kind: 'rate-limited', retryAfterMs } as const;
      return [title, { status: 429, headers: { 'retry-after': header } }, fault, fault];
    }),
    ['500', { status: 500 }, SHUT, OPEN],
    ['503 with a page', { status: 503, body: '<html>busy</html>' }, SHUT, OPEN],
    ['a redirect', 'redirect', { kind: 'malformed' }, { kind: 'malformed' }],
    ['a page', 'html', { kind: 'malformed' }, OPEN],
    ['half an answer', 'cut', { kind: 'malformed' }, OPEN],
    ['something else', 'empty-object', { kind: 'malformed' }, OPEN],
    ['nothing', { status: 200 }, { kind: 'malformed' }, OPEN],
    ['a broken connection', 'lose-after', SHUT, OPEN],
  ])('%s, asked and told', async (title, fault, toRead, toWrite) => {
    const isRepeated = ['429 with nonsense', '503 with a page'].includes(title);
    for (const [request, expected] of [
      [READ, toRead],
      [WRITE, toWrite],
    ] as const) {
      emulator.forgetCalls();
      emulator.fail('any', fault, fault, fault);
      expect((await errorOf(client().json(request, Thing, signal))).fault).toEqual(expected);
      expect(emulator.calls).toHaveLength(request === READ && isRepeated ? 3 : 1);
    }
  });

  it.each<[string, ApiReply]>([
    ['429', { status: 429, headers: { 'retry-after': '2' } }],
    ['503', { status: 503, headers: { 'retry-after': '2' } }],
  ])('waits as a %s says before it asks again', async (_title, busy) => {
    const before = pauses.length;
    emulator.fail('any', busy, busy);
    expect(await client().json(READ, Thing, signal)).toEqual({ ok: true });
    expect(pauses.slice(before)).toEqual([2000, 2000]);
    expect(emulator.calls).toHaveLength(3);
  });

  it('asks again by POST what only asks, and keeps to its pace while it does', async () => {
    const before = pauses.length;
    emulator.fail('any', { status: 429, headers: { 'retry-after': '1' } });
    const pace = new Pace({ burst: 1, perSecond: 0.25 });
    await client({ pace }).json({ ...WRITE, method: 'POST', changes: false }, Thing, signal);
    expect(emulator.calls).toHaveLength(2);
    expect(pauses.slice(before).map((pause) => Math.round(pause / 1000))).toEqual([1, 3]);
  });

  it('hides the tokens of the moment, too', async () => {
    reply = { status: 401, body: { why: 'token-of-today is no good' } };
    const explain: ApiClientOptions['explain'] = (_status, json) => ({
      message: z.object({ why: z.string() }).parse(json).why,
    });
    const { message } = await errorOf(
      client({ explain, tokens: () => ['token-of-today'] }).send(READ, signal),
    );
    expect(message).toBe('the API answered 401: ••• is no good');
  });

  it('believes an API that says that it has changed nothing', async () => {
    reply = { status: 409 };
    const explain = () => ({ message: null, kind: 'transient', isUntouched: true }) as const;
    expect((await errorOf(client({ explain }).send(WRITE, signal))).fault).toEqual(SHUT);
  });

  it('a question by POST changes nothing', async () => {
    emulator.fail('any', { status: 500 });
    const question = { ...WRITE, method: 'POST', changes: false } as const;
    expect((await errorOf(client().json(question, Thing, signal))).fault).toEqual(SHUT);
  });

  it('a connection that was never made has changed nothing', async () => {
    const gone = client({ url: `http://127.0.0.1:${await freePort()}` });
    expect((await errorOf(gone.send(WRITE, signal))).fault).toEqual(SHUT);
  });

  it.each([
    [READ, SHUT],
    [WRITE, OPEN],
  ])('gives up on %j after its time-out', async (request, fault) => {
    emulator.fail('any', 'hang');
    expect((await errorOf(client({ timeoutMs: 100 }).send(request, signal))).fault).toEqual(fault);
  });

  it('gives up with the reason of the abort, before and during a request', async () => {
    const reason = new Error('enough');
    await expect(client().send(READ, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(emulator.calls).toEqual([]);
    const abort = new AbortController();
    emulator.fail('any', 'hang');
    const attempt = client().send(WRITE, abort.signal);
    abort.abort(reason);
    await expect(attempt).rejects.toBe(reason);
  });

  it('only a 404 in JSON is a clear none, where the caller says that it is one', async () => {
    reply = { status: 404, body: { message: 'no such thing' } };
    expect(await client().jsonOrNone(READ, Thing, signal)).toBeNull();
    reply = { status: 404, body: '<html>not here</html>' };
    expect((await errorOf(client().jsonOrNone(READ, Thing, signal))).fault).toEqual({
      kind: 'zone-not-found',
    });
    reply = { status: 403, body: {} };
    expect((await errorOf(client().jsonOrNone(READ, Thing, signal))).fault).toEqual({ kind: 'forbidden' });
  });

  it('passes on what the API says, cleaned, shortened and without secrets', async () => {
    reply = { status: 422, body: { why: `no\n${SECRET}\u001b[31m ${'x'.repeat(1000)}` } };
    const explain: ApiClientOptions['explain'] = (_status, json) => ({
      message: z.object({ why: z.string() }).parse(json).why,
    });
    const { message } = await errorOf(client({ explain }).send(READ, signal));
    expect(message).toMatch(/^the API answered 422: no ••• \[31m x+$/);
    expect(message.length).toBeLessThan(350);
  });

  it.each([
    ['in an address', 'no such key=a%2Fb%2Bc%3D', 'no such key=•••'],
    ['as it is', 'no such key a/b+c=', 'no such key •••'],
  ])('no secret is passed on %s', (_title, said, heard) => {
    expect(withoutSecrets(said, ['a/b+c=', ''])).toBe(heard);
  });

  it.each<[string, DnsProviderFault]>([
    ['auth', { kind: 'auth' }],
    ['conflict', { kind: 'conflict', observed: null }],
    ['rate-limited', { kind: 'rate-limited', retryAfterMs: 3000 }],
    ['transient', OPEN],
  ])('lets an API say %s where its status misleads', async (kind, fault) => {
    reply = { status: 400, headers: { 'retry-after': '3' } };
    const explain = () => ({ message: null, kind: kind as 'auth' });
    expect((await errorOf(client({ explain }).send(WRITE, signal))).fault).toEqual(fault);
  });

  it('an API may call a failure a success, and say what it was', async () => {
    reply = { status: 200, body: { status: 'ERROR' } };
    const isFailure = (json: unknown) => z.object({ status: z.literal('ERROR') }).safeParse(json).success;
    const refusing = client({ isFailure, explain: () => ({ message: 'no', kind: 'forbidden' }) });
    expect(await errorOf(refusing.json(READ, Thing, signal))).toMatchObject({
      message: 'the API answered 200: no',
      fault: { kind: 'forbidden' },
    });
    expect((await errorOf(refusing.jsonOrNone(READ, Thing, signal))).fault).toEqual({ kind: 'forbidden' });
    expect((await errorOf(refusing.send(WRITE, signal))).fault).toEqual({ kind: 'forbidden' });
    expect((await errorOf(client({ isFailure }).send(READ, signal))).fault).toEqual({ kind: 'malformed' });
    reply = { status: 200, body: { ok: true } };
    expect(await refusing.json(READ, Thing, signal)).toEqual({ ok: true });
  });

  it.each<[Readonly<Record<string, string>>, number]>([
    [{ 'retry-after': '3' }, 3000],
    [{}, 9000],
  ])('waits as the body says where no header does: %j', async (headers, retryAfterMs) => {
    reply = { status: 429, headers };
    const explain = () => ({ message: null, retryAfterMs: 9000 });
    const { fault } = await errorOf(client({ explain }).send(READ, signal));
    expect(fault).toEqual({ kind: 'rate-limited', retryAfterMs });
  });

  it('an answer without end is malformed', async () => {
    reply = { status: 200, body: 'x'.repeat(17 * 1024 * 1024) };
    const error = await errorOf(client().send(READ, signal));
    expect(error.fault).toEqual({ kind: 'malformed' });
    expect(error.message).toContain('too large');
  });

  it('follows nobody with its credential', async () => {
    const other = await startApiEmulator(() => ({ status: 200, body: { ok: true } }));
    reply = { status: 307, headers: { location: `${other.url}/thing` } };
    expect((await errorOf(client().json(READ, Thing, signal))).fault).toEqual({ kind: 'malformed' });
    expect(other.calls).toEqual([]);
    await other.stop();
  });
});
