import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/config/access-token.js';
import { apiCaller } from './call-api.js';
import { startApi, World } from './fake-world.js';

let world = new World();
let api: Awaited<ReturnType<typeof startApi>>;
let call: Awaited<ReturnType<typeof apiCaller>>;

beforeAll(async () => {
  api = await startApi(world);
  call = await apiCaller(api.url);
});
afterAll(() => api.stop());
beforeEach(() => {
  Object.assign(world, { missing: null, breaks: false });
  for (const collection of [world.rollouts, world.answers]) collection.clear();
  world.asked.length = 0;
  world.arrivals.length = 0;
});

async function enrol(name = 'example.com'): Promise<void> {
  expect((await call('POST', '/v1/domains', { body: { name } })).status).toBe(201);
}

const ROUTES: readonly [string, string, Role][] = [
  ['GET', '/v1/domains', 'viewer'],
  ['POST', '/v1/domains', 'admin'],
  ['GET', '/v1/domains/example.com', 'viewer'],
  ['PATCH', '/v1/domains/example.com', 'admin'],
  ['DELETE', '/v1/domains/example.com', 'admin'],
  ['GET', '/v1/domains/example.com/verdict', 'viewer'],
  ['GET', '/v1/domains/example.com/sources', 'viewer'],
  ['PUT', '/v1/domains/example.com/sources/ip:192.0.2.1', 'operator'],
  ['GET', '/v1/domains/example.com/evidence', 'viewer'],
  ['GET', '/v1/domains/example.com/history', 'viewer'],
  ['GET', '/v1/domains/example.com/record', 'viewer'],
  ['GET', '/v1/domains/example.com/checks', 'viewer'],
  ['POST', '/v1/domains/example.com/checks', 'operator'],
  ['GET', '/v1/domains/example.com/plan', 'viewer'],
  ['POST', '/v1/domains/example.com/pause', 'operator'],
  ['POST', '/v1/domains/example.com/resume', 'operator'],
  ['POST', '/v1/domains/example.com/abort', 'operator'],
  ['POST', '/v1/domains/example.com/approve', 'approver'],
  ['POST', '/v1/domains/example.com/reject', 'approver'],
  ['POST', '/v1/domains/example.com/promote', 'approver'],
  ['POST', '/v1/domains/example.com/retry', 'approver'],
  ['POST', '/v1/domains/example.com/adopt', 'approver'],
  ['POST', '/v1/domains/example.com/restore', 'approver'],
  ['POST', '/v1/reports', 'operator'],
  ['GET', '/v1/reports', 'viewer'],
  ['GET', '/v1/reports/refused', 'viewer'],
  ['GET', '/v1/reports/unenrolled', 'viewer'],
  ['POST', '/v1/reports/reprocess', 'operator'],
  ['GET', '/v1/reports/1', 'viewer'],
  ['GET', '/v1/mailboxes', 'viewer'],
  ['GET', '/v1/providers', 'viewer'],
  ['POST', '/v1/providers/zone/check', 'operator'],
];

describe('checks', () => {
  it('show the latest, and those before when they are asked for', async () => {
    const latest = await call('GET', '/v1/domains/example.com/checks', { as: 'viewer' });
    expect(latest.json).toMatchObject({
      domain: 'example.com',
      at: '2026-03-01T12:00:00.000Z',
      status: 'error',
      findings: [{ check: 'spf', id: 'spf-missing', clause: 'RFC 7208 4.5' }],
    });
    expect(latest.json).not.toHaveProperty('history');
    const { json } = await call('GET', '/v1/domains/example.com/checks?history=5', { as: 'viewer' });
    expect(json).toMatchObject({
      history: [{ at: '2026-03-01T12:00:00.000Z', findings: [{ id: 'spf-missing' }] }],
    });
  });

  it('refuse a history that is none', async () => {
    for (const history of ['0', '1000', 'all']) {
      const { status } = await call('GET', `/v1/domains/example.com/checks?history=${history}`);
      expect(status).toBe(400);
    }
  });

  it('are made anew for a domain that is enrolled', async () => {
    expect((await call('POST', '/v1/domains/example.com/checks')).status).toBe(404);
    await enrol();
    expect(await call('POST', '/v1/domains/example.com/checks')).toMatchObject({
      status: 200,
      json: { status: 'error' },
    });
  });
});

describe('providers', () => {
  it('shows every type with its options and never a credential', async () => {
    const { json } = await call('GET', '/v1/providers', { as: 'viewer' });
    expect(json?.['configured']).toEqual([{ name: 'zone', type: 'rfc2136' }]);
    const types = json?.['types'] as { id: string; options: { name: string; secret: boolean }[] }[];
    expect(types.find(({ id }) => id === 'rfc2136')?.options).toContainEqual(
      expect.objectContaining({ name: 'keySecret', kind: 'text', secret: true, required: true }),
    );
  });

  it('says which there are when one is asked for that is not there', async () => {
    const { status, json } = await call('POST', '/v1/providers/nobody/check', { as: 'operator' });
    expect(status).toBe(404);
    expect(json?.['errors']).toEqual([{ field: 'name', message: 'there are: zone' }]);
  });
});

describe('who may do what', () => {
  it.each(ROUTES)('%s %s needs the role %s', async (method, path, needed) => {
    expect((await call(method, path, { as: null })).status).toBe(401);
    const refusals: Role[] = [];
    for (const role of ROLES) {
      const { status, json } = await call(method, path, { as: role });
      const detail = `This needs the role ${needed}; the token the ${role} has the role ${role}.`;
      if (status === 403 && json?.['detail'] === detail) refusals.push(role);
    }
    expect(refusals).toEqual(ROLES.slice(0, ROLES.indexOf(needed)));
  });

  it('no route was forgotten above', async () => {
    const { json } = await call('GET', '/docs-json', { as: null });
    const paths = json?.['paths'] as Record<string, Record<string, unknown>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const tested = ROUTES.map(([method, path]) =>
      `${method} ${path}`
        .replace('example.com', '{domain}')
        .replace('ip:192.0.2.1', '{source}')
        .replace('/reports/1', '/reports/{id}')
        .replace('/providers/zone', '/providers/{name}'),
    );
    expect(described.filter((route) => route.includes('/v1/')).sort()).toEqual(tested.sort());
  });

  it.each([
    ['none', {}],
    ['an unknown one', { authorization: 'Bearer nobody-token' }],
    ['another scheme', { authorization: 'Basic YWRtaW4tdG9rZW4=' }],
    ['an odd one', { authorization: 'Bearer admin-test-token admin-test-token' }],
  ])('a token that is %s gets 401 and how to send it', async (_, headers) => {
    const answer = await call('GET', '/v1/domains', { as: null, headers });
    expect(answer.status).toBe(401);
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
  });
});

describe('domains', () => {
  it('are enrolled under their A-label, with the settings and defaults', async () => {
    const answer = await call('POST', '/v1/domains', { body: { name: 'Bücher.Example.', harmCap: 7 } });
    expect(answer).toMatchObject({ status: 201, json: { domain: 'xn--bcher-kva.example', version: 1 } });
    expect(answer.json).toMatchObject({ provider: 'zone', ladder: 'gradual', phase: 'observing' });
    expect(answer.json?.['settings']).toMatchObject({ harmCap: 7, mode: 'automatic' });
    expect(answer.headers.get('etag')).toBe('"1"');
    const list = await call('GET', '/v1/domains');
    expect(list.json).toMatchObject({ domains: [{ domain: 'xn--bcher-kva.example', verdict: null }] });
  });

  it.each([
    ['a name that is none', { name: 'localhost' }, 'name'],
    ['a ladder that is not there', { name: 'a.example', ladder: 'steep' }, 'ladder'],
    ['a provider that is not there', { name: 'a.example', provider: 'acme' }, 'provider'],
    ['a setting out of bounds', { name: 'a.example', passRate: 2 }, 'passRate'],
    ['a key nobody knows', { name: 'a.example', harmcap: 2 }, ''],
    ['a selector that is none', { name: 'a.example', selectors: ['a b'] }, 'selectors[0]'],
    [
      'a window that ends too early',
      { name: 'a.example', windows: [{ timeZone: 'UTC', days: [1], fromHour: 5, toHour: 5 }] },
      'windows[0].toHour',
    ],
  ])('are refused with %s', async (_, body, field) => {
    const { status, json, type } = await call('POST', '/v1/domains', { body });
    expect({ status, type: type.split(';')[0] }).toEqual({ status: 400, type: 'application/problem+json' });
    expect(json?.['errors']).toMatchObject([{ field }]);
  });

  it('take the selectors that their mail is signed with, also where older settings know of none', async () => {
    await enrol();
    const path = '/v1/domains/example.com';
    const { settings, ...rollout } = world.rollouts.get('example.com')!;
    const { selectors: _, ...older } = settings;
    world.rollouts.set('example.com', { ...rollout, settings: older } as unknown as typeof rollout & {
      settings: typeof settings;
    });
    expect((await call('GET', path)).json?.['settings']).toMatchObject({ selectors: [] });
    const changed = await call('PATCH', path, { body: { selectors: ['S2026'] } });
    expect(changed.json?.['settings']).toMatchObject({ selectors: ['s2026'] });
  });

  it('twice is a conflict; an unknown one is not found', async () => {
    await enrol();
    expect((await call('POST', '/v1/domains', { body: { name: 'EXAMPLE.com' } })).status).toBe(409);
    expect((await call('GET', '/v1/domains/other.example')).json).toMatchObject({ status: 404 });
    expect((await call('GET', '/v1/domains/not_a_name')).status).toBe(400);
  });

  it('change only at the version that was read', async () => {
    await enrol();
    const path = '/v1/domains/example.com';
    const change = { body: { harmCap: 9 }, headers: { 'if-match': '"1"' } };
    expect(await call('PATCH', path, change)).toMatchObject({ status: 200, json: { version: 2 } });
    const stale = await call('PATCH', path, change);
    expect(stale).toMatchObject({ status: 412, json: { type: 'urn:dmarc-ratchet:stale' } });
    expect(stale.headers.get('etag')).toBe('"2"');
    expect((await call('DELETE', path, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await call('PATCH', path, { ...change, headers: { 'if-match': '2' } })).status).toBe(400);
    expect((await call('DELETE', path, { headers: { 'if-match': '*' } })).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });
});

describe('commands', () => {
  it('carry note, actor and target', async () => {
    await enrol();
    const path = '/v1/domains/Example.COM';
    await call('POST', `${path}/pause`, { as: 'operator', body: { note: 'holidays' } });
    await call('POST', `${path}/abort`, { as: 'operator', body: { target: 'none' } });
    await call('POST', `${path}/retry`, { as: 'approver' });
    await call('POST', `${path}/approve`, { as: 'approver', body: { planHash: 'abc' } });
    expect(world.asked).toEqual([
      { domain: 'example.com', actor: 'the operator', command: { kind: 'pause', note: 'holidays' } },
      { domain: 'example.com', actor: 'the operator', command: { kind: 'abort', target: 'none', note: '' } },
      { domain: 'example.com', actor: 'the approver', command: { kind: 'retry', note: '' } },
      {
        domain: 'example.com',
        actor: 'the approver',
        command: { kind: 'approve', planHash: 'abc', note: '' },
      },
    ]);
  });

  it('say why they were not carried out', async () => {
    await enrol();
    expect((await call('POST', '/v1/domains/example.com/resume')).json).toEqual({
      type: 'urn:dmarc-ratchet:refused',
      title: 'The rollout does not allow that now',
      status: 409,
      detail: 'it is not paused',
    });
    expect((await call('POST', '/v1/domains/other.example/pause')).status).toBe(404);
    expect((await call('POST', '/v1/domains/example.com/approve', { body: {} })).status).toBe(400);
    expect((await call('POST', '/v1/domains/example.com/abort', { body: { target: 'down' } })).status).toBe(
      400,
    );
  });

  it('a source is named in the path, slashes and all', async () => {
    await enrol();
    const path = `/v1/domains/example.com/sources/${encodeURIComponent('net:192.0.2.0/24')}`;
    await call('PUT', path, { body: { class: 'authorized', note: 'ours' } });
    expect(world.asked[0]?.command.note).toBe('net:192.0.2.0/24: ours');
    expect((await call('PUT', path, { body: { class: 'unknown', note: 'x' } })).status).toBe(400);
  });

  it('a source by a name that none has is refused, with an example', async () => {
    await enrol();
    const body = { class: 'hostile', note: 'x' };
    const answer = await call('PUT', '/v1/domains/example.com/sources/sendwell.example', { body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('such as domain:sendwell.example');
    expect(world.asked).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  const path = '/v1/domains/example.com/promote';

  it('does a repeated request once and answers as before', async () => {
    await enrol();
    const headers = { 'idempotency-key': 'k1' };
    const first = await call('POST', path, { headers });
    const again = await call('POST', path, { headers });
    expect(again).toMatchObject({ status: 200, json: first.json });
    expect(again.headers.get('etag')).toBe('"2"');
    expect(world.asked).toHaveLength(1);
  });

  it('belongs to one token and one request', async () => {
    await enrol();
    const headers = { 'idempotency-key': 'k1' };
    await call('POST', path, { headers });
    expect((await call('POST', path, { headers, body: { note: 'other' } })).status).toBe(422);
    expect((await call('POST', path, { headers, as: 'approver' })).status).toBe(200);
    expect(world.asked).toHaveLength(2);
    expect((await call('POST', path, { headers: { 'idempotency-key': 'x'.repeat(256) } })).status).toBe(400);
  });

  it('is none of an upload: of two files under one key both are taken', async () => {
    const headers = { 'idempotency-key': 'k1' };
    for (const body of ['one', 'two'])
      expect((await call('POST', '/v1/reports', { headers, body })).status).toBe(200);
    expect(world.arrivals).toHaveLength(2);
  });

  it('does not remember what was refused', async () => {
    const headers = { 'idempotency-key': 'k1' };
    expect((await call('POST', path, { headers })).status).toBe(404);
    await enrol();
    expect((await call('POST', path, { headers })).status).toBe(200);
  });
});

describe('uploads', () => {
  it('take bytes of any type, vouched for by the token', async () => {
    const body = new Uint8Array([0x1f, 0x8b, 0, 255]);
    const headers = { 'content-type': 'application/gzip' };
    const answer = await call('POST', '/v1/reports?name=a.xml.gz', { as: 'operator', body, headers });
    expect(answer).toMatchObject({ status: 200, json: { outcome: 'report' } });
    expect(world.arrivals).toMatchObject([{ origin: 'upload', name: 'a.xml.gz', vouchedBy: 'the operator' }]);
    expect([...(world.arrivals[0]?.bytes ?? [])]).toEqual([0x1f, 0x8b, 0, 255]);
  });

  it('of JSON are not parsed, and what is no report is said so', async () => {
    await call('POST', '/v1/reports', { body: '{"not": "parsed' });
    expect(new TextDecoder().decode(world.arrivals[0]?.bytes ?? undefined)).toBe('{"not": "parsed');
    expect(await call('POST', '/v1/reports', { body: '' })).toMatchObject({
      status: 422,
      json: { detail: 'the file is empty' },
    });
  });

  it('over 25 MB are refused', async () => {
    const answer = await call('POST', '/v1/reports', { body: new Uint8Array(25 * 1024 * 1024 + 1) });
    expect(answer).toMatchObject({ status: 413, json: { type: 'urn:dmarc-ratchet:too-large' } });
    expect(world.arrivals).toEqual([]);
  });
});

describe('errors', () => {
  it.each([
    ['JSON that is none', 'POST', '/v1/domains', '{"name":', 400],
    ['a body too large', 'POST', '/v1/domains', JSON.stringify({ name: 'x'.repeat(300_000) }), 413],
    ['no such route', 'GET', '/v1/nothing', undefined, 404],
    ['no such report', 'GET', '/v1/reports/77', undefined, 404],
    ['a limit out of bounds', 'GET', '/v1/reports?limit=0', undefined, 400],
    ['a date that is none', 'GET', '/v1/domains/a.example/evidence?from=yesterday', undefined, 400],
    ['a path that does not decode', 'GET', '/v1/domains/%E0%A4%A', undefined, 400],
  ])('%s', async (_, method, path, body, status) => {
    const answer = await call(method, path, body === undefined ? {} : { body });
    expect(answer).toMatchObject({ status, json: { status } });
    expect(answer.type).toMatch(/^application\/problem\+json/);
  });

  it('nobody foresaw tell nothing of the inside', async () => {
    world.breaks = true;
    const answer = await call('GET', '/v1/domains/example.com');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|\bat \//);
  });
});

describe('health and headers', () => {
  it('needs no token', async () => {
    expect(await call('GET', '/healthz', { as: null })).toMatchObject({
      status: 200,
      json: { status: 'ok' },
    });
    expect((await call('GET', '/readyz', { as: null })).status).toBe(200);
    world.missing = 'the database does not answer';
    expect((await call('GET', '/readyz', { as: null })).json).toMatchObject({
      status: 503,
      detail: world.missing,
    });
    expect((await call('GET', '/healthz', { as: null })).status).toBe(200);
  });

  it('keeps browsers from guessing, framing and caching', async () => {
    const { headers } = await call('GET', '/v1/domains');
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    expect(headers.has('x-powered-by')).toBe(false);
  });

  it('describes itself', async () => {
    const { json } = await call('GET', '/docs-json', { as: null });
    const paths = json?.['paths'] as Record<string, { post?: { requestBody?: unknown } }>;
    expect(JSON.stringify(paths['/v1/domains']?.post?.requestBody)).toContain('harmCap');
    expect(JSON.stringify(paths['/v1/domains/{domain}/approve']?.post?.requestBody)).toContain('planHash');
    expect((await call('GET', '/docs', { as: null })).text).toContain('swagger-ui');
  });
});
