import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { google } from '../../src/providers/google/module.js';
import { startApiEmulator } from '../lab/api-emulator.js';
import type { ApiEmulator } from '../lab/api-emulator.js';
import { EmulatedZones } from '../lab/emulated-zones.js';
import { freePort } from '../lab/free-port.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { NO_DEPENDENCIES } from './api-lab.js';
import { describeApiProvider } from './api-provider.contract.js';
import { CONTRACT_ZONES, faultOf } from './dns-provider.contract.js';
import { ACCESS_TOKEN, emulateGoogle, emulateTokens, problem, PROJECT } from './emulators/google-account.js';
import type { GoogleExtras } from './emulators/google-account.js';

const EMAIL = 'ratchet@mail-team-1.iam.gserviceaccount.com';
const NAME = '_dmarc.free.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const signal = new AbortController().signal;

function keyPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

const ours = keyPair();
const theirs = keyPair();
const tokens = await startApiEmulator(emulateTokens(ours.publicKey, EMAIL));

function keyFile(privateKey: string, more: object = {}): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: 'f00',
    private_key: privateKey,
    client_email: EMAIL,
    client_id: '1',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: `${tokens.url}/token`,
    ...more,
  });
}

const OPTIONS = { serviceAccount: keyFile(ours.privateKey) };

afterAll(async () => {
  await tokens.stop();
  if (tokens.violations.length > 0) throw new Error(tokens.violations.join('; '));
});

describeApiProvider('Cloud DNS', {
  module: google,
  options: OPTIONS,
  wrongOptions: { serviceAccount: keyFile(theirs.privateKey) },
  secrets: [ours.privateKey, theirs.privateKey, ACCESS_TOKEN],
  emulate: (zones) => emulateGoogle(zones),
  limits: [{ most: 600, withinMs: 60_000 }],
});

describe('Cloud DNS', () => {
  let emulator: ApiEmulator;

  async function account(
    extras: GoogleExtras = {},
    options: object = {},
  ): Promise<{ readonly zones: EmulatedZones; readonly provider: DnsProvider }> {
    skipPauses();
    const zones = new EmulatedZones(CONTRACT_ZONES);
    zones.replace(NAME, 'TXT', [RECORD], 3600);
    tokens.forgetCalls();
    emulator = await startApiEmulator(emulateGoogle(zones, extras));
    const settings = { ...OPTIONS, url: emulator.url, timeoutMs: 5000, ...options };
    return { zones, provider: google.create(settings, NO_DEPENDENCIES) };
  }

  afterEach(async () => {
    vi.unstubAllEnvs();
    await emulator.stop();
    if (emulator.violations.length > 0) throw new Error(emulator.violations.join('; '));
  });

  const change = {
    expected: { values: [RECORD], ttl: 3600 },
    next: { values: [STRONGER], ttl: 3600 },
    changeId: 'change-1',
  };

  it('deletes exactly what stood there and adds what is wanted, in one change', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    expect(zone).toEqual({
      id: 'example-test',
      name: 'example.test',
      nameServers: ['ns-cloud-a1.googledomains.com', 'ns-cloud-a2.googledomains.com'],
    });
    emulator.forgetCalls();
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(emulator.calls.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    const set = { name: `${NAME}.`, ttl: 3600, type: 'TXT' };
    expect(JSON.parse(emulator.calls[1]?.text ?? '')).toEqual({
      deletions: [{ ...set, rrdatas: [`"${RECORD}"`] }],
      additions: [{ ...set, rrdatas: [`"${STRONGER}"`] }],
    });
  });

  it('asks for one token, not one a request', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(tokens.calls).toHaveLength(1);
  });

  it('says when the servers have been told of a change', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    const { reference } = await provider.replaceTxt(zone, NAME, change, signal);
    expect(reference).toBe('example-test/1');
    expect(await provider.changeStatus('example-test/1', signal)).toBe('pending');
    expect(await provider.changeStatus('example-test/1', signal)).toBe('done');
  });

  it('takes the public zone where private ones have its name, over several pages', async () => {
    const { provider } = await account({
      privateZones: [...Array.from({ length: 120 }, () => 'example.test'), 'free.example.test'],
    });
    expect((await provider.findZone(NAME, signal)).id).toBe('example-test');
  });

  it('follows the pages of one name', async () => {
    const { provider, zones } = await account();
    const txt = zones.at(NAME, 'TXT');
    zones.remove(txt);
    for (let at = 0; at < 130; at += 1) zones.add('example.test', NAME, `TYPE${at}`, 'x', 60);
    zones.add('example.test', NAME, 'TXT', RECORD, 3600);
    const zone = await provider.findZone(NAME, signal);
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [RECORD], ttl: 3600 });
  });

  it('refuses to choose between two public zones, until one is named', async () => {
    const { provider } = await account({ twins: ['example.test'] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    const named = google.create(
      { ...OPTIONS, url: emulator.url, managedZone: 'example-test-twin' },
      NO_DEPENDENCIES,
    );
    expect(await named.findZone(NAME, signal)).toMatchObject({ id: 'example-test-twin' });
    expect(await named.check(signal)).toMatchObject({ ok: true });
    expect(await faultOf(named.findZone('_dmarc.example.org', signal))).toEqual({ kind: 'zone-not-found' });
  });

  it('refuses a private zone that is named', async () => {
    const { provider } = await account(
      { privateZones: ['example.test'] },
      { managedZone: 'example-test-private0' },
    );
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it('leaves a set that follows a routing policy alone', async () => {
    const { provider, zones } = await account({ routed: [NAME] });
    const zone = await provider.findZone(NAME, signal);
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({ kind: 'unsupported' });
    expect(zones.txt(NAME)).toEqual([RECORD]);
  });

  it('tells nobody its access token, even when Google repeats it', async () => {
    const { provider } = await account();
    emulator.fail('any', problem(401, 'authError', `invalid credentials: Bearer ${ACCESS_TOKEN}`));
    const { message } = await provider.check(signal);
    expect(message).toMatch(/invalid credentials/);
    expect(message).not.toContain(ACCESS_TOKEN);
  });

  it('takes a list that is left out for an empty one, if the answer says what it is', async () => {
    const { provider } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('any', { status: 200, body: { kind: 'dns#resourceRecordSetsListResponse' } });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [], ttl: null });
    emulator.fail('any', { status: 200, body: { kind: 'dns#change' } });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it.each([
    [problem(403, 'rateLimitExceeded', 'Rate Limit Exceeded'), { kind: 'rate-limited', retryAfterMs: null }],
    [problem(403, 'accessNotConfigured', 'Cloud DNS API has not been used'), { kind: 'forbidden' }],
    [problem(404, 'notFound', 'does not exist'), { kind: 'zone-not-found' }],
    [problem(400, 'invalid', 'Invalid value'), { kind: 'unsupported' }],
    [problem(503, 'backendError', 'try later'), { kind: 'transient', mayBeApplied: true }],
  ])('%j to a write', async (reply, fault) => {
    const { provider, zones } = await account();
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('write', reply);
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual(fault);
    expect(zones.txt(NAME)).toEqual([RECORD]);
  });

  it('C25 mentions the clock where a signed request is out of time', async () => {
    const { provider } = await account();
    const text = 'Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.';
    tokens.fail('any', { status: 400, body: { error: 'invalid_grant', error_description: text } });
    const { ok, message } = await provider.check(signal);
    expect(ok).toBe(false);
    expect(message).toMatch(/invalid_grant: Invalid JWT.*\(is the clock of this machine right\?\)/);
  });

  it('is transient while the token endpoint is out of order', async () => {
    const { provider } = await account({}, { timeoutMs: 400 });
    tokens.fail('any', 'hang');
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({
      kind: 'transient',
      mayBeApplied: false,
    });
    const gone = google.create(
      {
        serviceAccount: keyFile(ours.privateKey, { token_uri: `http://127.0.0.1:${await freePort()}/token` }),
        url: emulator.url,
        timeoutMs: 2000,
      },
      NO_DEPENDENCIES,
    );
    expect(await faultOf(gone.findZone(NAME, signal))).toEqual({ kind: 'transient', mayBeApplied: false });
  });

  it('is an authentication fault when the key is none', async () => {
    const { provider } = await account(
      {},
      { serviceAccount: keyFile('-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n') },
    );
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'auth' });
    expect(JSON.stringify(await provider.check(signal))).not.toContain('canary');
  });

  function nowhere(): void {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '');
    for (const variable of ['HOME', 'PATH', 'CLOUDSDK_CONFIG']) vi.stubEnv(variable, '/nonexistent');
  }

  it('says that there are no credentials anywhere', async () => {
    nowhere();
    vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
    const { provider } = await account({}, { serviceAccount: undefined, project: PROJECT });
    const fault = { kind: 'transient', mayBeApplied: false };
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual(fault);
    expect((await provider.check(signal)).message).toMatch(/Could not load the default credentials/);
  });

  async function metadataServer(): Promise<ApiEmulator> {
    const metadata = await startApiEmulator(({ path, headers }) => {
      if (headers['metadata-flavor'] !== 'Google') return { status: 403 };
      const flavor = { 'metadata-flavor': 'Google' };
      const token = { access_token: ACCESS_TOKEN, expires_in: 3000, token_type: 'Bearer' };
      if (path.endsWith('/token')) return { status: 200, body: token, headers: flavor };
      const text = path.endsWith('/project-id') ? PROJECT : 'googleapis.com';
      return { status: 200, body: text, headers: { ...flavor, 'content-type': 'application/text' } };
    });
    vi.stubEnv('GCE_METADATA_HOST', metadata.url.replace('http://', ''));
    nowhere();
    return metadata;
  }

  it('finds its credentials and its project at the metadata server', async () => {
    const metadata = await metadataServer();
    const { provider } = await account({}, { serviceAccount: undefined });
    expect(await provider.findZone(NAME, signal)).toMatchObject({ id: 'example-test' });
    await metadata.stop();
  });

  it.each([
    ['where the machine is known to be Google’s', 'x'],
    ['elsewhere', ''],
  ])('finds the metadata server again that was away for a moment, %s', async (_title, service) => {
    const metadata = await metadataServer();
    vi.stubEnv('K_SERVICE', service);
    const { provider } = await account({}, { serviceAccount: undefined });
    metadata.fail('any', ...Array.from({ length: 50 }, () => 'lose-after' as const));
    const fault = { kind: 'transient', mayBeApplied: false };
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual(fault);
    metadata.forgetCalls();
    expect(await provider.findZone(NAME, signal)).toMatchObject({ id: 'example-test' });
    await metadata.stop();
  });

  it('asks for another token when one is refused', async () => {
    const { provider } = await account();
    await provider.findZone(NAME, signal);
    emulator.fail('any', problem(401, 'authError', 'Invalid Credentials'));
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'auth' });
    await provider.findZone(NAME, signal);
    expect(tokens.calls).toHaveLength(2);
  });

  it('goes on as soon as a token endpoint that hung answers again', async () => {
    const { provider } = await account({}, { timeoutMs: 400 });
    tokens.fail('any', 'hang');
    const fault = { kind: 'transient', mayBeApplied: false };
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual(fault);
    expect(await provider.findZone(NAME, signal)).toMatchObject({ id: 'example-test' });
  });
});

describe('Cloud DNS settings', () => {
  it.each([
    [{ serviceAccount: '{"canary": ' }, 'key file in JSON'],
    [{ serviceAccount: keyFile('canary') }, 'private_key'],
    [{ serviceAccount: keyFile(ours.privateKey, { type: 'authorized_user' }) }, 'type'],
    [{ project: '../x' }, 'project'],
    [{ managedZone: 'a/b' }, 'managedZone'],
    [{ zone: 'x' }, 'zone'],
    [{ url: 'https://dns.example.net' }, 'credentials of the surroundings'],
    [{ url: 'https://dns.googleapis.com.example.net' }, 'credentials of the surroundings'],
  ])('refuses %j', (options, message) => {
    expect(() => google.create(options, NO_DEPENDENCIES)).toThrow(message);
    expect(() => google.create(options, NO_DEPENDENCIES)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });
});
