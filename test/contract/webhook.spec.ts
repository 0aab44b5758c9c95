import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhook } from '../../src/providers/webhook/module.js';
import { WebhookOptions } from '../../src/providers/webhook/options.js';
import { MEDIA_TYPE } from '../../src/providers/webhook/webhook-client.js';
import { WebhookProvider } from '../../src/providers/webhook/webhook-provider.js';
import { ApiViolation } from '../lab/api-emulator.js';
import type { ApiCall, ApiReply } from '../lab/api-emulator.js';
import { ended } from '../lab/bind.js';
import type { EmulatedZones } from '../lab/emulated-zones.js';
import { freePort } from '../lab/free-port.js';
import { startRelay } from '../lab/relay.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab } from './api-provider.contract.js';
import { liveLab } from './live-account.js';
import { CONTRACT_ZONES, describeDnsProvider, faultOf } from './dns-provider.contract.js';

const TOKEN = 'canary-token-0123456789';
const SECRET = 'canary-secret-0123456789';
const SERVER = path.resolve(import.meta.dirname, '../../docs/examples/webhook-server.mjs');
const signal = new AbortController().signal;

function emulate(authorize: (call: ApiCall) => boolean) {
  return (zones: EmulatedZones) =>
    (call: ApiCall): ApiReply => {
      const answer = (status: number, body: unknown): ApiReply => ({
        status,
        body,
        headers: { 'content-type': `${MEDIA_TYPE}; charset=utf-8` },
      });
      if (call.method !== 'POST') throw new ApiViolation('method');
      for (const header of ['accept', 'content-type']) {
        if (call.headers[header] !== MEDIA_TYPE) throw new ApiViolation(header);
      }
      if (!authorize(call)) return answer(401, { error: 'who are you?' });
      const body = JSON.parse(call.text) as Record<string, unknown>;
      const keys = Object.keys(body).toSorted().join();
      if (call.path === '/check' && keys === '') return answer(200, { ok: true, message: 'here' });
      const name = String(body['name']);
      if (call.path === '/zone' && keys === 'name') {
        const zone = zones.zones
          .filter((candidate) => name.endsWith(`.${candidate}`))
          .toSorted((one, other) => other.length - one.length)[0];
        return answer(200, { zone: zone === undefined ? null : { id: `id of ${zone}`, name: zone } });
      }
      const alias = zones.at(name, 'CNAME')[0]?.value ?? null;
      const set = { values: zones.txt(name), ttl: zones.at(name, 'TXT')[0]?.ttl ?? null, alias };
      if (body['zone'] !== `id of ${zones.zoneOf(name)}`)
        throw new ApiViolation(`zone ${String(body['zone'])}`);
      if (call.path === '/read' && keys === 'name,zone') return answer(200, set);
      if (call.path !== '/replace' || keys !== 'changeId,expected,name,next,zone') {
        throw new ApiViolation(`${call.path} ${keys}`);
      }
      const { expected, next } = body as Record<string, { values: string[]; ttl: number }>;
      if (JSON.stringify(expected!.values.toSorted()) !== JSON.stringify(set.values)) {
        return answer(409, { error: 'another record', observed: set });
      }
      zones.replace(name, 'TXT', next!.values, next!.ttl);
      return answer(200, { reference: 'ticket 7' });
    };
}

function isSigned({ headers, text }: ApiCall): boolean {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const expected = `v1,${createHmac('sha256', SECRET).update(content).digest('base64')}`;
  const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  return headers['webhook-signature'] === expected && age < 60;
}

const BEARER = {
  module: webhook,
  options: { token: TOKEN },
  wrongOptions: { token: 'wrong-canary-0123456789' },
  secrets: [TOKEN],
  emulate: emulate((call) => call.headers['authorization'] === `Bearer ${TOKEN}`),
  limits: [{ most: 200, withinMs: 10_000 }],
  isWrite: (call: ApiCall) => call.path === '/replace',
};

describeApiProvider('webhook with a bearer token', BEARER);
describeApiProvider('webhook with signed requests', {
  ...BEARER,
  options: { signingSecret: SECRET },
  wrongOptions: { signingSecret: 'wrong-canary-0123456789' },
  secrets: [SECRET],
  emulate: emulate(isSigned),
});

describeDnsProvider('webhook at the example server', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ratchet-webhook-'));
  const file = path.join(folder, 'zones.json');
  type Zones = Record<string, Record<string, { values?: string[]; ttl?: number; alias?: string }>>;
  const load = async () => JSON.parse(await readFile(file, 'utf8')) as Zones;
  const neighbours = { 'example.test': { 'example.test': { values: ['v=spf1 mx -all'], ttl: 300 } } };
  const zones: Zones = { ...Object.fromEntries(CONTRACT_ZONES.map((zone) => [zone, {}])), ...neighbours };
  zones['example.test']!['_dmarc.alias.example.test'] = { alias: 'elsewhere.example.net' };
  await writeFile(file, JSON.stringify(zones));
  const port = await freePort();
  const env = { SIGNING_SECRET: SECRET, ZONES: file, PORT: String(port) };
  const server = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  const relay = await startRelay({ host: '127.0.0.1', port: 0, target: { host: '127.0.0.1', port } });
  relay.mode = 'swallow';
  const at = (to: number, signingSecret = SECRET, timeoutMs = 5000) =>
    new WebhookProvider(WebhookOptions.parse({ url: `http://127.0.0.1:${to}/`, signingSecret, timeoutMs }));
  return {
    provider: at(port),
    compare: 'server', // this one does
    capabilities: webhook.descriptor.capabilities,
    wrongKey: at(port, 'wrong'),
    gone: at(await freePort()),
    silent: at(relay.port, SECRET, 300),
    txt: async (fqdn) =>
      Object.values(await load())
        .flatMap((zone) => zone[fqdn]?.values ?? [])
        .toSorted(),
    async write(fqdn, values, ttl = 300) {
      const all = await load();
      all['example.test']![fqdn] = { values: [...values], ttl };
      await writeFile(file, JSON.stringify(all));
    },
    async snapshot(but) {
      const all = Object.values(await load()).flatMap((zone) => Object.entries(zone));
      const others = all.filter(([name]) => name !== but).map((entry) => JSON.stringify(entry));
      return others.toSorted().join();
    },
    async stop() {
      await relay.stop();
      await ended(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
});

// What a live account is tried with, tried itself.
describeDnsProvider('webhook, as if it were a live account', async () => {
  const lab = await startApiLab(BEARER);
  const live = liveLab(webhook.descriptor, 'example.test', () => lab.provider());
  return { ...live, stop: () => stopApiLab(lab) };
});

describe('webhook', () => {
  const name = '_dmarc.free.example.test';
  let lab: ApiLab;

  beforeAll(async () => {
    lab = await startApiLab(BEARER);
  });
  afterAll(() => stopApiLab(lab));

  it.each<[string, ApiReply, string]>([
    ['a plain type', { status: 200, body: { values: [], ttl: null } }, 'malformed'],
    ['another version', { status: 406, body: { error: 'v2 only' } }, 'unsupported'],
    ['a wrong address', { status: 404, body: { error: 'no such route' } }, 'unsupported'],
    ['a refusal', { status: 422, body: { error: 'not this name' } }, 'unsupported'],
  ])('%s', async (_title, reply, kind) => {
    const provider = lab.provider();
    const zone = await provider.findZone(name, signal);
    lab.emulator.fail('any', reply);
    expect(await faultOf(provider.readTxt(zone, name, signal))).toEqual({ kind });
  });

  it('passes on what the server calls the change', async () => {
    const provider = lab.provider();
    const change = {
      expected: { values: [], ttl: null },
      next: { values: ['v=DMARC1; p=none'], ttl: 300 },
      changeId: 'change-1',
    };
    const receipt = await provider.replaceTxt(await provider.findZone(name, signal), name, change, signal);
    expect(receipt.reference).toBe('ticket 7');
  });

  it('passes on none of its secrets, nor what would drive a terminal', async () => {
    const provider = lab.provider();
    const headers = { 'content-type': MEDIA_TYPE };
    const spoken = `\u001b[2Jgot ${TOKEN}`;
    lab.emulator.fail('any', { status: 200, headers, body: { ok: true, message: spoken } });
    expect((await provider.check(signal)).message).toBe(' [2Jgot •••');
    const zone = await provider.findZone(name, signal);
    const expected = await provider.readTxt(zone, name, signal);
    lab.emulator.fail('write', { status: 200, headers, body: { reference: spoken } });
    const change = { expected, next: expected, changeId: 'change-2' };
    expect((await provider.replaceTxt(zone, name, change, signal)).reference).toBe(' [2Jgot •••');
  });

  it('does not believe a zone that cannot hold the name', async () => {
    const headers = { 'content-type': MEDIA_TYPE };
    const body = { zone: { id: '1', name: 'example.org' } };
    lab.emulator.fail('any', { status: 200, headers, body });
    expect(await faultOf(lab.provider().findZone(name, signal))).toEqual({ kind: 'malformed' });
  });

  it.each([{}, { token: 'a', signingSecret: 'b' }, { token: 'with space' }])('refuses %j', (given) => {
    expect(WebhookOptions.safeParse({ url: 'https://dns.example.com', ...given }).success).toBe(false);
  });
});
