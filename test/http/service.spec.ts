import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adaptersOf } from '../../src/adapters.js';
import { runCommandLine } from '../../src/cli/program.js';
import { loadConfig } from '../../src/config/load-config.js';
import { startZone, type ZoneServer } from '../../src/sandbox/dns-zone.js';
import { nodeWarning } from '../../src/serve.js';
import { startService, type Service } from '../../src/service.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { ApiDescription } from './api-description.js';

const RECORD = 'v=DMARC1; p=none; rua=mailto:dmarc@shop.example';
const REPORT = `<?xml version="1.0"?><feedback><report_metadata><org_name>mail.example.net</org_name>
<email>d@mail.example.net</email><report_id>r1</report_id>
<date_range><begin>1767571200</begin><end>1767657599</end></date_range></report_metadata>
<policy_published><domain>shop.example</domain><p>none</p></policy_published>
<record><row><source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><disposition>none</disposition>
<dkim>pass</dkim><spf>pass</spf></policy_evaluated></row><identifiers><header_from>shop.example</header_from></identifiers>
<auth_results><dkim><domain>shop.example</domain><selector>a</selector><result>pass</result></dkim>
<spf><domain>shop.example</domain><result>pass</result></spf></auth_results></record></feedback>`;

let cwd = '';
let database: TestDatabase;
let zone: ZoneServer;
let service: Service;
let token = '';
let description: ApiDescription;

const clock = { now: () => Date.parse('2026-01-06T12:00:00Z') };

function config(env: Record<string, string> = {}) {
  return loadConfig({ cwd, env: { DATABASE_URL: database.url, PORT: '0', ...env } });
}

/** Each answer must be as the service describes it. */
async function call<T>(pathAndQuery: string, init: RequestInit = {}): Promise<T> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${service.url}${pathAndQuery}`, { headers, ...init });
  expect(response.ok, `${response.status} for ${pathAndQuery}`).toBe(true);
  const json: unknown = await response.json();
  const answer = { status: response.status, type: response.headers.get('content-type') ?? '', json };
  description.mustDescribe(init.method ?? 'GET', pathAndQuery, answer);
  return json as T;
}

async function eventually<T>(look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await look();
    if (isThere(value) || Date.now() > deadline) return value;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'service-'));
  database = await createDatabase();
  zone = await startZone({
    key: { name: 'key.example', algorithm: 'hmac-sha256', secret: 'c2FuZGJveC1zYW5kYm94LXNhbmRib3g=' },
    zones: [{ name: 'shop.example', txt: { '_dmarc.shop.example': RECORD } }],
  });
  writeFileSync(
    path.join(cwd, 'dmarc-ratchet.yaml'),
    `domains: [{ name: shop.example }]
providers: [{ name: by-hand, type: manual }]
dns:
  resolvers: ['127.0.0.1:${zone.port}']
  authorities: [{ zone: shop.example, servers: ['127.0.0.1:${zone.port}'] }]
`,
  );
  service = await startService(config(), { clock, logger: false });
  token = readFileSync(service.tokenFile ?? '', 'utf8').trim();
  description = await ApiDescription.of(service.url);
});

afterAll(async () => {
  await service.stop();
  await zone.stop();
  await database.drop();
  rmSync(cwd, { recursive: true });
});

describe('the service on a real database', () => {
  it('makes an admin token that its owner alone can read', () => {
    expect(service.tokenFile).toBe(path.join(cwd, 'data', 'api-token'));
    expect(statSync(service.tokenFile ?? '').mode & 0o777).toBe(0o600);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('is ready, and reads the record of the domain that the settings name', async () => {
    expect(await call('/readyz')).toEqual({ status: 'ready' });
    const domain = await eventually(
      () => call<{ record: string | null; rung: number | null }>('/v1/domains/shop.example'),
      ({ record }) => record !== null,
    );
    expect(domain).toMatchObject({
      record: RECORD,
      rung: 0,
      provider: 'by-hand',
      phase: expect.any(String) as string,
    });
    expect(await call('/v1/domains/shop.example/checks')).toMatchObject({
      domain: 'shop.example',
      status: 'error',
      findings: expect.arrayContaining([expect.objectContaining({ id: 'spf-missing' })]) as unknown,
    });
  });

  it('counts an uploaded report once', async () => {
    const upload = () =>
      call<{ reports: { storedAs: string }[] }>('/v1/reports', { method: 'POST', body: REPORT });
    expect((await upload()).reports[0]?.storedAs).toBe('new');
    expect((await upload()).reports[0]?.storedAs).toBe('duplicate');
    const { reports } = await call<{ reports: { id: string }[] }>('/v1/reports?domain=shop.example');
    expect(reports).toMatchObject([{ messages: 7, counted: true, begin: '2026-01-05T00:00:00.000Z' }]);
    expect(await call(`/v1/reports/${reports[0]?.id}`)).toMatchObject({ orgName: 'mail.example.net' });
    const { sources } = await call<{ sources: { id: string }[] }>('/v1/domains/shop.example/sources');
    expect(sources.map(({ id }) => id).join(' ')).toContain('192.0.2.');
  });

  it('answers as it describes itself, whatever is read', async () => {
    const { reports } = await call<{ reports: { id: string }[] }>('/v1/reports');
    const paths = description
      .operations()
      .map(([route]) => route)
      .filter((route) => route.startsWith('GET '))
      .map((route) =>
        route
          .slice(4)
          .replace('{domain}', 'shop.example')
          .replace('{id}', reports[0]?.id ?? ''),
      );
    expect(paths.length).toBeGreaterThan(15);
    for (const path of [...paths, '/v1/domains/shop.example/checks?history=3']) await call(path);
    const { verdict } = await call<{ verdict: unknown }>('/v1/domains/shop.example');
    expect(verdict).not.toBeNull();
  });

  it('remembers what it answered under an Idempotency-Key', async () => {
    const pause = () =>
      call<{ version: number }>('/v1/domains/shop.example/pause', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'once' },
        body: '{"note":"holidays"}',
      });
    const first = await pause();
    expect(await pause()).toEqual(first);
    const { history } = await call<{ history: { action: string }[] }>('/v1/domains/shop.example/history');
    expect(history.filter(({ action }) => action === 'pause')).toHaveLength(1);
  });

  it('keeps token and rollout over a restart, and enrols nothing twice', async () => {
    await service.stop();
    service = await startService(config({ ROLE: 'api' }), { clock, logger: false });
    const { holds } = await call<{ holds: { reason: string }[] }>('/v1/domains/shop.example');
    expect(holds.map(({ reason }) => reason)).toContain('paused');
    const { history } = await call<{ history: { action: string }[] }>('/v1/domains/shop.example/history');
    expect(history.filter(({ action }) => action === 'enrolled')).toHaveLength(1);
  });

  it('leaves health alone open in the role worker', async () => {
    await service.stop();
    service = await startService(config({ ROLE: 'worker' }), { clock, logger: false });
    expect(await call('/healthz')).toEqual({ status: 'ok' });
    expect((await fetch(`${service.url}/v1/domains`)).status).toBe(404);
  });

  it('takes the example of the settings page', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/settings.md', 'utf8'))?.[1] ?? '';
    writeFileSync(path.join(cwd, 'example.yaml'), example);
    const secrets = { RUA_PASSWORD: 'password', TSIG_SECRET: 'c2VjcmV0LXNlY3JldA==' };
    const loaded = config({ CONFIG_FILE: 'example.yaml', ...secrets });
    expect(adaptersOf(loaded, clock).providers.names()).toEqual(['zone']);
  });

  it('does not start on wrong provider options, and says which', async () => {
    writeFileSync(
      path.join(cwd, 'wrong.yaml'),
      'providers: [{ name: x, type: rfc2136, keySecret: hunter2 }]',
    );
    const start = startService(config({ CONFIG_FILE: 'wrong.yaml' }), { logger: false });
    const error: unknown = await start.catch((reason: unknown) => reason);
    expect(String(error)).toContain('server');
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('the command line beside it', () => {
  async function run(...args: string[]) {
    const out: string[] = [];
    const terminal = { out: (line: string) => void out.push(line), err: () => undefined, hasColors: false };
    const env = { DATABASE_URL: database.url };
    return { status: await runCommandLine(args, { ...terminal, env, cwd }, async () => undefined), out };
  }

  it('imports files into the same database', async () => {
    const file = path.join(cwd, 'report.xml');
    writeFileSync(file, REPORT.replace('r1', 'r2'));
    expect(await run('import', file)).toEqual({ status: 0, out: [`${file}: new shop.example`] });
    expect(await run('import', file)).toEqual({ status: 0, out: [`${file}: duplicate shop.example`] });
  });

  it('checks a domain at a resolver', async () => {
    const { status, out } = await run(
      'check',
      'shop.example',
      '--json',
      '--resolver',
      `127.0.0.1:${zone.port}`,
    );
    expect(status).toBe(1);
    const policy = { check: 'dmarc', id: 'dmarc-policy', record: RECORD, clause: 'RFC 9989 4.7' };
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      domain: 'shop.example',
      status: 'error',
      findings: expect.arrayContaining([expect.objectContaining(policy)]) as unknown,
      spf: [],
    });
  });

  it('finds a missing record, and cannot tell without an answer', async () => {
    const resolver = ['--resolver', `127.0.0.1:${zone.port}`];
    expect((await run('check', 'other.shop.example', ...resolver)).status).toBe(1);
    expect((await run('check', 'nowhere.example', ...resolver)).status).toBe(2);
  });
});

describe('nodeWarning', () => {
  it.each([
    ['20.20.2', '2026-11-22', 'Node 20 has had no security fixes since 2026-04-30; Node 22 or 24 is better'],
    ['20.20.2', '2026-04-30', null],
    ['24.1.0', '2026-11-22', null],
    ['30.0.0', '2026-11-22', null],
  ])('%s on %s', (version, today, expected) => {
    expect(nodeWarning(version, today)).toBe(expected);
  });
});
