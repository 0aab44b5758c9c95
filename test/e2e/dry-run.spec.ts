import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { startZone, type ZoneServer } from '../../src/sandbox/dns-zone.js';
import { startService, type Service } from '../../src/service.js';
import { WakeUp } from '../../src/ports/wake-up.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';
import { until } from '../lab/until.js';

const NAME = '_dmarc.rehearsal.test';
const RECORD = 'v=DMARC1; p=none; rua=mailto:dmarc@rua.example';
const KEY = {
  name: 'key.example',
  algorithm: 'hmac-sha256',
  secret: 'c2FuZGJveC1zYW5kYm94LXNhbmRib3g=',
} as const;
const TOKEN = 'a-token-for-this-test-alone';

interface Domain {
  readonly rung: number | null;
  readonly change: { readonly stage: string; readonly receipt: string | null; readonly after: string } | null;
}

describe('a dry run of the whole service', () => {
  let folder = '';
  let database: TestDatabase;
  let zone: ZoneServer;
  let service: Service;

  async function start(dryRun: 'yes' | 'no'): Promise<Service> {
    const env = { DATABASE_URL: database.url, PORT: '0', API_TOKEN: TOKEN, DRY_RUN: dryRun };
    return startService(loadConfig({ cwd: folder, env }), { logger: false });
  }

  async function ask<T>(method: string, route: string): Promise<T> {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const body = method === 'POST' ? { body: '{}' } : {};
    return (await (await fetch(`${service.url}/v1${route}`, { method, headers, ...body })).json()) as T;
  }

  const domain = () => ask<Domain>('GET', '/domains/rehearsal.test');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dry-run-'));
    database = await createDatabase();
    // What the checks ask for: without it the rollout is held.
    const txt = { 'rehearsal.test': 'v=spf1 mx ~all', [NAME]: RECORD };
    const hosts = [
      { name: 'rehearsal.test', type: 'MX', value: 'mail.rehearsal.test' },
      { name: 'mail.rehearsal.test', type: 'A', value: '192.0.2.10' },
    ] as const;
    zone = await startZone({ key: KEY, zones: [{ name: 'rehearsal.test', txt, hosts }] });
    const settings = {
      domains: [{ name: 'rehearsal.test' }],
      providers: [
        {
          name: 'zone',
          type: 'rfc2136',
          server: '127.0.0.1',
          port: zone.port,
          keyName: KEY.name,
          keySecret: KEY.secret,
        },
      ],
      dns: {
        resolvers: [`127.0.0.1:${zone.port}`],
        authorities: [{ zone: 'rehearsal.test', servers: [`127.0.0.1:${zone.port}`] }],
      },
    };
    await writeFile(path.join(folder, 'dmarc-ratchet.yaml'), JSON.stringify(settings));
    service = await start('yes');
  });
  afterAll(async () => {
    await service.stop();
    await zone.stop();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('plans a step, says what it would write, and writes nothing', async () => {
    await until('the record is read', async () => (await domain()).rung === 0);
    await ask('POST', '/domains/rehearsal.test/promote');
    await until(
      'it is rehearsed',
      async () => (await domain()).change?.receipt?.startsWith('dry run') === true,
    );
    expect((await domain()).change).toMatchObject({ stage: 'approved' });
    expect(zone.texts(NAME)).toEqual([RECORD]);
    const { history } = await ask<{ history: { action: string }[] }>(
      'GET',
      '/domains/rehearsal.test/history',
    );
    expect(history.filter(({ action }) => action === 'rehearsed')).toHaveLength(1);
    expect(history.filter(({ action }) => action === 'intended')).toHaveLength(0);
  });

  it('started for real, the same service writes it', async () => {
    await service.stop();
    service = await start('no');
    await service.app.get(WakeUp).wake({ workflow: 'apply-change', domain: 'rehearsal.test' });
    await until('it is written', async () => zone.texts(NAME)[0] !== RECORD);
    expect(zone.texts(NAME)).toEqual(['v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:dmarc@rua.example']);
  });
});
