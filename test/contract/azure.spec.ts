import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { azure } from '../../src/providers/azure/module.js';
import { startApiEmulator } from '../lab/api-emulator.js';
import type { ApiEmulator } from '../lab/api-emulator.js';
import { EmulatedZones } from '../lab/emulated-zones.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { freePort } from '../lab/free-port.js';
import { NO_DEPENDENCIES } from './api-lab.js';
import { describeApiProvider } from './api-provider.contract.js';
import { CONTRACT_ZONES, faultOf } from './dns-provider.contract.js';
import {
  ACCESS_TOKEN,
  armProblem,
  CLIENT,
  emulateAzure,
  emulateIdentity,
  emulateLogin,
  GROUP,
  problem,
  SUBSCRIPTION,
  TENANT,
} from './emulators/azure-account.js';
import type { AzureExtras } from './emulators/azure-account.js';

const SECRET = 'abc8Q~client-secret-canary_0000000000000';
const NAME = '_dmarc.free.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const signal = new AbortController().signal;

const login = await startApiEmulator(emulateLogin(SECRET));
const identity = await startApiEmulator(emulateIdentity);

const OPTIONS = {
  subscriptionId: SUBSCRIPTION,
  tenantId: TENANT,
  clientId: CLIENT,
  clientSecret: SECRET,
  loginUrl: login.url,
  identityUrl: identity.url,
};

afterAll(async () => {
  await login.stop();
  await identity.stop();
  const violations = [...login.violations, ...identity.violations];
  if (violations.length > 0) throw new Error(violations.join('; '));
});

describeApiProvider('Azure DNS', {
  module: azure,
  options: OPTIONS,
  wrongOptions: { ...OPTIONS, clientSecret: 'wrong-secret-canary' },
  secrets: [SECRET, 'wrong-secret-canary', ACCESS_TOKEN],
  emulate: (zones) => emulateAzure(zones),
  limits: [
    { most: 12_000, withinMs: 3_600_000 },
    { most: 1200, withinMs: 3_600_000, kindOf: ({ method }) => (method === 'PUT' ? 'writes' : null) },
  ],
});

describe('Azure DNS', () => {
  let emulator: ApiEmulator;

  async function account(
    extras: AzureExtras = {},
    options: object = {},
  ): Promise<{ readonly zones: EmulatedZones; readonly provider: DnsProvider }> {
    skipPauses();
    const zones = new EmulatedZones(CONTRACT_ZONES);
    zones.replace(NAME, 'TXT', [RECORD], 3600);
    login.forgetCalls();
    identity.forgetCalls();
    emulator = await startApiEmulator(emulateAzure(zones, extras));
    const settings = { ...OPTIONS, url: emulator.url, timeoutMs: 5000, ...options };
    return { zones, provider: azure.create(settings, NO_DEPENDENCIES) };
  }

  afterEach(async () => {
    await emulator.stop();
    if (emulator.violations.length > 0) throw new Error(emulator.violations.join('; '));
  });

  const change = {
    expected: { values: [RECORD], ttl: 3600 },
    next: { values: [STRONGER], ttl: 3600 },
    changeId: 'change-1',
  };

  it('writes under the condition that the set still has the etag that was read', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    expect(zone).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers/Microsoft.Network/dnszones/example.test`,
      name: 'example.test',
      nameServers: ['ns1-01.azure-dns.com', 'ns2-01.azure-dns.net'],
    });
    emulator.forgetCalls();
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(emulator.calls.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
    expect(emulator.calls[1]?.path).toMatch(/\/TXT\/_dmarc\.free$/);
    expect(emulator.calls[1]?.headers['if-match']).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(emulator.calls[1]?.text ?? '')).toEqual({
      properties: { TTL: 3600, TXTRecords: [{ value: [STRONGER] }] },
    });
    expect(login.calls).toHaveLength(1);
  });

  it('keeps the metadata of the set', async () => {
    const metadata = new Map([[NAME, { owner: 'mail team', ticket: '7' }]]);
    const { provider } = await account({ metadata });
    const zone = await provider.findZone(NAME, signal);
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(metadata.get(NAME)).toEqual({ owner: 'mail team', ticket: '7' });
  });

  it('takes a set without records for nothing, and fills it', async () => {
    const name = '_dmarc.empty.example.test';
    const { provider, zones } = await account({ emptySets: [name] });
    const zone = await provider.findZone(name, signal);
    expect(await provider.readTxt(zone, name, signal)).toEqual({ values: [], ttl: null });
    await provider.replaceTxt(zone, name, { ...change, expected: { values: [], ttl: null } }, signal);
    expect(zones.txt(name)).toEqual([STRONGER]);
  });

  it('manages a zone that is the name itself', async () => {
    const zones = new EmulatedZones(['_dmarc.example.test']);
    emulator = await startApiEmulator(emulateAzure(zones));
    const provider = azure.create({ ...OPTIONS, url: emulator.url }, NO_DEPENDENCIES);
    zones.replace('_dmarc.example.test', 'TXT', [RECORD], 3600);
    const zone = await provider.findZone('_dmarc.example.test', signal);
    await provider.replaceTxt(zone, '_dmarc.example.test', change, signal);
    expect(zones.txt('_dmarc.example.test')).toEqual([STRONGER]);
  });

  it('never takes a missing zone for a missing record', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    const lost = { ...zone, id: zone.id.replace('example.test', 'gone.test') };
    expect(await faultOf(provider.readTxt(lost, NAME, signal))).toEqual({ kind: 'zone-not-found' });
  });

  it('finds a zone behind a page of others, in the groups it looks at', async () => {
    const many = Array.from({ length: 150 }, (_, at) => [GROUP, `a${at}.test`, 'Public'] as const);
    const { provider } = await account({
      elsewhere: [...many, ['other-rg', 'free.example.test', 'Public'], ['p-rg', 'example.test', 'Private']],
    });
    expect((await provider.findZone(NAME, signal)).name).toBe('free.example.test');
    const inGroup = azure.create({ ...OPTIONS, url: emulator.url, resourceGroup: GROUP }, NO_DEPENDENCIES);
    expect((await inGroup.findZone(NAME, signal)).name).toBe('example.test');
  });

  it('follows no page to another server', async () => {
    const many = Array.from({ length: 150 }, (_, at) => [GROUP, `a${at}.test`, 'Public'] as const);
    const { provider } = await account({ elsewhere: many, linkBase: 'http://127.0.0.1:9' });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('refuses to choose between two zones of one name, until a group is named', async () => {
    const { provider } = await account({ elsewhere: [['other-rg', 'example.test', 'Public']] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    const settings = { ...OPTIONS, url: emulator.url, resourceGroup: GROUP };
    expect((await azure.create(settings, NO_DEPENDENCIES).findZone(NAME, signal)).id).toContain(GROUP);
  });

  it('lists nothing where the zone is named', async () => {
    const { provider } = await account(
      { elsewhere: [['p-rg', 'example.test', 'Private']] },
      { resourceGroup: GROUP, zone: 'Example.test.' },
    );
    const zone = await provider.findZone(NAME, signal);
    expect(await provider.check(signal)).toMatchObject({ ok: true });
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(
      emulator.calls.every(
        ({ path }) => path.includes('nszones/example.test') || path.includes('dnsZones/example.test'),
      ),
    ).toBe(true);
    expect(await faultOf(provider.findZone('_dmarc.example.org', signal))).toEqual({
      kind: 'zone-not-found',
    });
    const settings = { ...OPTIONS, url: emulator.url, resourceGroup: 'p-rg', zone: 'example.test' };
    const hidden = azure.create(settings, NO_DEPENDENCIES);
    expect(await faultOf(hidden.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it.each([
    [armProblem(409, 'ScopeLocked', 'a lock prevents it'), { kind: 'forbidden' }],
    [armProblem(403, 'AuthorizationFailed', 'no permission'), { kind: 'forbidden' }],
    [armProblem(401, 'ExpiredAuthenticationToken', 'expired'), { kind: 'auth' }],
    [problem(400, 'BadRequest', 'not valid'), { kind: 'unsupported' }],
    [
      { ...armProblem(429, 'TooManyRequests', 'slow down'), headers: { 'retry-after': '17' } },
      { kind: 'rate-limited', retryAfterMs: 17_000 },
    ],
  ])('%j to a write', async (reply, fault) => {
    const { provider, zones } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('write', reply);
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual(fault);
    expect(zones.txt(NAME)).toEqual([RECORD]);
  });

  it('tells nobody its access token, even when Azure repeats it', async () => {
    const { provider } = await account();
    emulator.fail('any', armProblem(401, 'InvalidAuthenticationToken', `refused: ${ACCESS_TOKEN}`));
    const { message } = await provider.check(signal);
    expect(message).toMatch(/refused/);
    expect(message).not.toContain(ACCESS_TOKEN);
  });

  it('gets another token once one was refused', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('any', armProblem(401, 'ExpiredAuthenticationToken', 'expired'));
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'auth' });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual(change.expected);
    expect(login.calls).toHaveLength(2);
  });

  it('shares one request for a token', async () => {
    const { provider } = await account();
    await Promise.all(Array.from({ length: 5 }, () => provider.findZone(NAME, signal)));
    expect(login.calls).toHaveLength(1);
  });

  it('says why there is no token, without the secret', async () => {
    const { provider } = await account({}, { clientSecret: 'wrong-secret-canary' });
    const { ok, message } = await provider.check(signal);
    expect(ok).toBe(false);
    expect(message).toMatch(/invalid_client: AADSTS7000215/);
    expect(message).not.toContain('canary');
  });

  it.each<['status' | 'page' | 'hang', Parameters<ApiEmulator['fail']>[1]]>([
    ['status', { status: 503, body: '<html>busy</html>' }],
    ['page', 'html'],
    ['hang', 'hang'],
  ])('is transient while the login server is out of order: %s', async (_title, fault) => {
    const { provider } = await account({}, { timeoutMs: 400 });
    login.fail('any', fault);
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({
      kind: 'transient',
      mayBeApplied: false,
    });
    expect(emulator.calls).toEqual([]);
  });

  describe('with a managed identity', () => {
    const noSecret = { clientSecret: undefined, tenantId: undefined };

    it('asks for the token of the machine', async () => {
      const { provider } = await account({}, { ...noSecret, clientId: undefined });
      const zone = await provider.findZone(NAME, signal);
      await provider.replaceTxt(zone, NAME, change, signal);
      expect(identity.calls).toHaveLength(1);
      expect(identity.calls[0]?.query).toEqual({
        'api-version': '2018-02-01',
        resource: `${emulator.url}/`,
      });
      expect(login.calls).toEqual([]);
    });

    it('chooses one of several', async () => {
      const { provider } = await account({}, noSecret);
      expect(await provider.check(signal)).toMatchObject({ ok: true });
      expect(identity.calls[0]?.query['client_id']).toBe(CLIENT);
      const other = azure.create(
        { ...OPTIONS, ...noSecret, url: emulator.url, clientId: TENANT },
        NO_DEPENDENCIES,
      );
      expect(await faultOf(other.findZone(NAME, signal))).toEqual({ kind: 'auth' });
    });

    it('says what is missing outside Azure', async () => {
      const { provider } = await account(
        {},
        { ...noSecret, identityUrl: `http://127.0.0.1:${await freePort()}` },
      );
      expect((await provider.check(signal)).message).toMatch(/outside Azure set clientSecret/);
      expect(await faultOf(provider.findZone(NAME, signal))).toEqual({
        kind: 'transient',
        mayBeApplied: false,
      });
    });
  });
});

describe('Azure DNS settings', () => {
  it.each([
    [{ subscriptionId: 'x' }, 'subscriptionId'],
    [{ subscriptionId: SUBSCRIPTION, zone: 'example.test' }, 'resource group'],
    [{ subscriptionId: SUBSCRIPTION, clientSecret: 'canary' }, 'goes with tenantId'],
    [{ ...OPTIONS, resourceGroup: '../x' }, 'resourceGroup'],
    [{ ...OPTIONS, clientSecret: 'ca nary' }, 'clientSecret'],
    [{ ...OPTIONS, loginUrl: 'http://127.0.0.1.example.net' }, 'https, but for this machine'],
    [{ ...OPTIONS, subscriptionID: SUBSCRIPTION }, 'subscriptionID'],
  ])('refuses %j', (options, message) => {
    expect(() => azure.create(options, NO_DEPENDENCIES)).toThrow(message);
  });
});
