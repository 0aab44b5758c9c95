import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { startService, type Service } from '../../src/service.js';
import { createDatabase, type TestDatabase } from '../lab/postgres.js';

let cwd = '';
let database: TestDatabase;
let service: Service;

function start(role: string): Promise<Service> {
  const env = { DATABASE_URL: database.url, PORT: '0', ROLE: role };
  return startService(loadConfig({ cwd, env }), { logger: false });
}

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pages-'));
  writeFileSync(path.join(cwd, 'dmarc-ratchet.yaml'), 'providers: [{ name: by-hand, type: manual }]');
  database = await createDatabase();
  service = await start('api');
});
afterAll(async () => {
  await service.stop();
  await database.drop();
  rmSync(cwd, { recursive: true });
});

describe('the pages of the service itself', () => {
  it('turn a form into settings', async () => {
    const form = new URLSearchParams({ name: 'a', domains: 'example.com', 'secret-token': 'variable' });
    form.set('secret-token-variable', 'DESEC_TOKEN');
    const response = await fetch(`${service.url}/setup/desec`, { method: 'POST', body: form });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).toContain('token: ${DESEC_TOKEN}');
  });

  it('name nothing of the settings but to the holder of a token', async () => {
    expect(await (await fetch(`${service.url}/setup`)).text()).not.toContain('by-hand');
    expect((await fetch(`${service.url}/v1/providers`)).status).toBe(401);
    const token = readFileSync(service.tokenFile ?? '', 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${service.url}/v1/providers`, { headers });
    expect(await response.json()).toMatchObject({ configured: [{ name: 'by-hand', type: 'manual' }] });
  });

  it('are no part of the API', async () => {
    const description = await (await fetch(`${service.url}/docs-json`)).text();
    expect(description).not.toContain('/setup');
  });

  it('are not there in the role worker', async () => {
    await service.stop();
    service = await start('worker');
    expect((await fetch(`${service.url}/setup`)).status).toBe(404);
  });
});
