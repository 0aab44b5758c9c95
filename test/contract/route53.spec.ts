import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { route53 } from '../../src/providers/route53/module.js';
import { startApiEmulator } from '../lab/api-emulator.js';
import type { ApiEmulator } from '../lab/api-emulator.js';
import { EmulatedZones } from '../lab/emulated-zones.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { NO_DEPENDENCIES } from './api-lab.js';
import { describeApiProvider } from './api-provider.contract.js';
import type { ApiProviderCase } from './api-provider.contract.js';
import { describeRaces } from './race-cases.js';
import { CONTRACT_ZONES, faultOf } from './dns-provider.contract.js';
import {
  ACCESS_KEY_ID,
  batchRefusal,
  emulateRoute53,
  emulateSts,
  refusal,
  SESSION_TOKEN,
} from './emulators/route53-account.js';
import type { Route53Extras } from './emulators/route53-account.js';

const SECRET = 'wJalrXUtnFEMIexampleSECRETkey0000000canary';
const OPTIONS = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET };
const NAME = '_dmarc.free.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const signal = new AbortController().signal;

const CASE: ApiProviderCase = {
  module: route53,
  options: OPTIONS,
  wrongOptions: { ...OPTIONS, accessKeyId: 'AKIAEXAMPLE000000002' },
  secrets: [SECRET],
  emulate: (zones) => emulateRoute53(zones),
  limits: [{ most: 50, withinMs: 1000 }],
};

describeApiProvider('Route 53', CASE);
describeRaces('Route 53 with its other form of refusal', {
  ...CASE,
  emulate: (zones) => emulateRoute53(zones, { refusesPlainly: true }),
});

describe('Route 53', () => {
  let emulator: ApiEmulator;
  let pauses: readonly number[];

  async function account(
    extras: Route53Extras = {},
    options: object = {},
    held: readonly string[] = CONTRACT_ZONES,
  ): Promise<{ readonly zones: EmulatedZones; readonly provider: DnsProvider }> {
    pauses = skipPauses();
    const zones = new EmulatedZones(held);
    zones.replace(NAME, 'TXT', [RECORD], 3600);
    emulator = await startApiEmulator(emulateRoute53(zones, extras));
    const settings = { ...OPTIONS, url: emulator.url, timeoutMs: 5000, ...options };
    return { zones, provider: route53.create(settings, NO_DEPENDENCIES) };
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

  it('asks for the name alone and changes it in one batch', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    expect(zone).toEqual({
      id: 'ZEXAMPLETEST',
      name: 'example.test',
      nameServers: ['ns-1.awsdns-01.org', 'ns-2.awsdns-02.com'],
    });
    emulator.forgetCalls();
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(emulator.calls.map(({ method, query }) => [method, query['name']])).toEqual([
      ['GET', `${NAME}.`],
      ['POST', undefined],
      ['GET', `${NAME}.`],
    ]);
    expect(emulator.calls[1]?.text).toMatch(/<Action>DELETE<.*p=none.*<Action>CREATE<.*p=quarantine/);
  });

  it('says when all servers have a change', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    const { reference } = await provider.replaceTxt(zone, NAME, change, signal);
    expect(reference).toBe('C1');
    expect(await provider.changeStatus('C1', signal)).toBe('pending');
    expect(await provider.changeStatus('C1', signal)).toBe('done');
    expect(await faultOf(provider.changeStatus('C7', signal))).toEqual({ kind: 'unsupported' });
  });

  it('takes the public zone where a private one has its name', async () => {
    const { provider } = await account({ privateZones: ['example.test', 'free.example.test'] });
    expect((await provider.findZone(NAME, signal)).id).toBe('ZEXAMPLETEST');
  });

  it('refuses to choose between two public zones, until one is named', async () => {
    const { provider } = await account({ twins: ['example.test'] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    const settings = { ...OPTIONS, url: emulator.url, hostedZoneId: '/hostedzone/ZEXAMPLETEST9T' };
    const named = route53.create(settings, NO_DEPENDENCIES);
    expect(await named.findZone(NAME, signal)).toMatchObject({ id: 'ZEXAMPLETEST9T', name: 'example.test' });
    expect(await named.check(signal)).toMatchObject({ ok: true });
    expect(await faultOf(named.findZone('_dmarc.example.org', signal))).toEqual({ kind: 'zone-not-found' });
  });

  it('refuses a private zone that is named', async () => {
    const { provider } = await account(
      { privateZones: ['example.test'] },
      { hostedZoneId: 'ZEXAMPLETEST0P' },
    );
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it('does without the name servers where it may not ask for them', async () => {
    const { provider } = await account({ hidesZones: true });
    expect((await provider.findZone(NAME, signal)).nameServers).toBeNull();
  });

  it('finds a zone behind more than a page of others', async () => {
    const many = Array.from({ length: 150 }, (_, at) => `a${String(at).padStart(4, '0')}.test`);
    const { provider } = await account({}, {}, [...many, ...CONTRACT_ZONES]);
    expect((await provider.findZone(NAME, signal)).name).toBe('example.test');
  });

  it('follows pages of one zone name and of one record name', async () => {
    const { provider, zones } = await account({
      privateZones: Array.from({ length: 120 }, () => 'example.test'),
    });
    for (let at = 0; at < 40; at += 1) zones.add('example.test', NAME, `A${100 + at}`, '192.0.2.1', 60);
    const zone = await provider.findZone(NAME, signal);
    expect(zone.id).toBe('ZEXAMPLETEST');
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [RECORD], ttl: 3600 });
  });

  it.each([
    ['a weighted set', '<SetIdentifier>one</SetIdentifier><Weight>1</Weight>'],
    ['a traffic policy', '<TrafficPolicyInstanceId>7f1c</TrafficPolicyInstanceId>'],
    [
      'an alias target',
      '<AliasTarget><HostedZoneId>Z1</HostedZoneId><DNSName>x.test.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>',
    ],
  ])('leaves %s alone', async (_title, policy) => {
    const { provider, zones } = await account({ policies: new Map([[NAME, policy]]) });
    const zone = await provider.findZone(NAME, signal);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'unsupported' });
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({ kind: 'unsupported' });
    expect(zones.txt(NAME)).toEqual([RECORD]);
  });

  it('says that a record set is protected', async () => {
    const { provider, zones } = await account({ protectedNames: [NAME] });
    const zone = await provider.findZone(NAME, signal);
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({ kind: 'forbidden' });
    expect(zones.txt(NAME)).toEqual([RECORD]);
  });

  it.each([
    [refusal(400, 'Throttling', 'Rate exceeded'), { kind: 'rate-limited', retryAfterMs: null }],
    [
      refusal(400, 'PriorRequestNotComplete', 'The request was rejected'),
      { kind: 'transient', mayBeApplied: false },
    ],
    [refusal(403, 'SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z'), { kind: 'auth' }],
    [refusal(400, 'RequestExpired', 'Request has expired'), { kind: 'auth' }],
    [refusal(403, 'AccessDenied', 'is not authorized to perform'), { kind: 'forbidden' }],
    [refusal(404, 'NoSuchHostedZone', 'No hosted zone found'), { kind: 'zone-not-found' }],
    [refusal(400, 'InvalidInput', 'no'), { kind: 'unsupported' }],
    [batchRefusal(['FATAL problem: x [Invalid Resource Record]']), { kind: 'unsupported' }],
    [batchRefusal(['The record set is protected', 'keep out']), { kind: 'forbidden' }],
    [
      refusal(400, 'InvalidChangeBatch', '[Invalid Resource Record: FATAL problem: x]'),
      { kind: 'unsupported' },
    ],
  ])('%j to a write', async (reply, fault) => {
    const { provider, zones } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('write', reply);
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual(fault);
    expect(zones.txt(NAME)).toEqual([RECORD]);
    expect(emulator.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('C25 mentions the clock where a signature is out of time', async () => {
    const { provider } = await account();
    emulator.fail('any', refusal(403, 'SignatureDoesNotMatch', 'Signature expired'));
    expect((await provider.check(signal)).message).toMatch(/Signature expired \(is the clock/);
  });

  it.each([refusal(400, 'Throttling', 'Rate exceeded'), { status: 503, body: '<html>busy</html>' }])(
    'asks again after a moment, but never writes again: %j',
    async (reply) => {
      const { provider } = await account();
      const zone = await provider.findZone(NAME, signal);
      emulator.fail('any', reply, reply);
      expect(await provider.readTxt(zone, NAME, signal)).toEqual(change.expected);
      expect(pauses).toHaveLength(2);
      emulator.fail('any', reply, reply, reply);
      expect(['rate-limited', 'transient']).toContain(
        (await faultOf(provider.readTxt(zone, NAME, signal))).kind,
      );
    },
  );

  it('keeps to its pace', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    for (let at = 0; at < 30; at += 1) await provider.readTxt(zone, NAME, signal);
    expect(pauses.length).toBeGreaterThan(5);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(200);
  });

  it('asks for a zone once, until it is gone', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.forgetCalls();
    expect(await provider.findZone(NAME, signal)).toEqual(zone);
    expect(emulator.calls).toEqual([]);
    emulator.fail('any', refusal(404, 'NoSuchHostedZone', 'No hosted zone found'));
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'zone-not-found' });
    await provider.findZone(NAME, signal);
    expect(emulator.calls.length).toBeGreaterThan(1);
  });
});

describe('Route 53 without keys in the settings', () => {
  let emulator: ApiEmulator;

  beforeEach(async () => {
    emulator = await startApiEmulator(emulateRoute53(new EmulatedZones(CONTRACT_ZONES)));
    for (const variable of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(variable, undefined);
    for (const variable of ['HOME', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
      vi.stubEnv(variable, '/nonexistent');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await emulator.stop();
    if (emulator.violations.length > 0) throw new Error(emulator.violations.join('; '));
  });

  const plain = () => route53.create({ url: emulator.url }, NO_DEPENDENCIES);

  it('finds them where all AWS tools look', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', ACCESS_KEY_ID);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
    expect(await plain().findZone(NAME, signal)).toMatchObject({ id: 'ZEXAMPLETEST' });
  });

  it('reads a shared file again when the keys in it are refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'route53-'));
    const file = join(folder, 'credentials');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    const renew = (id: string) =>
      writeFile(file, `[prod]\naws_access_key_id = ${id}\naws_secret_access_key = ${SECRET}\n`);
    await renew('AKIAEXAMPLE000000002');
    const provider = route53.create({ url: emulator.url, profile: 'prod' }, NO_DEPENDENCIES);
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'auth' });
    await renew(ACCESS_KEY_ID);
    expect(await provider.findZone(NAME, signal)).toMatchObject({ id: 'ZEXAMPLETEST' });
    await rm(folder, { recursive: true });
  });

  it('says that there are none, and asks nothing', async () => {
    expect(await faultOf(plain().findZone(NAME, signal))).toEqual({ kind: 'auth' });
    expect((await plain().check(signal)).message).toMatch(/CredentialsProviderError/);
    expect(emulator.calls).toEqual([]);
  });
});

describe('Route 53 through a role', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/mail/dmarc';
  const CALLER = { accessKeyId: 'AKIACALLER0000000001', secretAccessKey: SECRET };
  const zones = new EmulatedZones(CONTRACT_ZONES);
  let emulator: ApiEmulator;
  let sts: ApiEmulator;

  beforeEach(async () => {
    emulator = await startApiEmulator(emulateRoute53(zones));
    sts = await startApiEmulator(emulateSts(CALLER.accessKeyId, ROLE, 'ours'));
  });
  afterEach(async () => {
    await emulator.stop();
    await sts.stop();
    const violations = [...emulator.violations, ...sts.violations];
    if (violations.length > 0) throw new Error(violations.join('; '));
  });

  function provider(options: object = {}): DnsProvider {
    const settings = { ...CALLER, roleArn: ROLE, externalId: 'ours', url: emulator.url, stsUrl: sts.url };
    return route53.create({ ...settings, timeoutMs: 2000, ...options }, NO_DEPENDENCIES);
  }

  it('assumes it once and works with its keys', async () => {
    const ours = provider();
    const zone = await ours.findZone(NAME, signal);
    await ours.readTxt(zone, NAME, signal);
    expect(sts.calls).toHaveLength(1);
    expect(emulator.calls.map(({ headers }) => headers['x-amz-security-token'])).toEqual(
      emulator.calls.map(() => SESSION_TOKEN),
    );
  });

  it.each<[string, object, Parameters<ApiEmulator['fail']>[1] | null, object]>([
    ['it may not be assumed', { externalId: 'theirs' }, null, { kind: 'forbidden' }],
    ['the keys are wrong', { accessKeyId: 'AKIANOBODY0000000001' }, null, { kind: 'auth' }],
    ['STS is out of order', {}, { status: 503, body: 'busy' }, { kind: 'transient', mayBeApplied: false }],
    ['STS answers oddly', {}, 'html', { kind: 'transient', mayBeApplied: false }],
    ['STS is silent', { timeoutMs: 300 }, 'hang', { kind: 'transient', mayBeApplied: false }],
  ])('%s: asks nothing of Route 53 and says so', async (_title, options, fault, expected) => {
    if (fault !== null) sts.fail('any', fault);
    expect(await faultOf(provider(options).findZone(NAME, signal))).toEqual(expected);
    expect(emulator.calls).toEqual([]);
  });
});

describe('Route 53 settings', () => {
  it.each([
    [{ accessKeyId: ACCESS_KEY_ID }, 'go together'],
    [{ secretAccessKey: SECRET }, 'go together'],
    [{ hostedZoneId: '../x' }, 'an ID such as'],
    [{ region: 'us east' }, 'region'],
    [{ roleArn: 'dmarc' }, 'arn:aws:iam'],
    [{ url: 'ftp://x.test' }, 'url'],
    [{ acessKeyId: 'x' }, 'acessKeyId'],
  ])('refuses %j', (options, message) => {
    expect(() => route53.create(options, NO_DEPENDENCIES)).toThrow(message);
  });

  it('needs none', () => {
    expect(() => route53.create({}, NO_DEPENDENCIES)).not.toThrow();
  });
});
