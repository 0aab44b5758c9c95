import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet, WriteReceipt } from '../../src/ports/dns-provider.js';
import { ovh } from '../../src/providers/ovh/module.js';
import { ApiViolation, startApiEmulator } from '../lab/api-emulator.js';
import type { ApiEmulator, ApiReply } from '../lab/api-emulator.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateOvh, OVH_KEYS } from './emulators/ovh-account.js';
import type { OvhExtras } from './emulators/ovh-account.js';

const WRONG = 'another-canary-0123456789';
const CASE: ApiProviderCase = {
  module: ovh,
  options: OVH_KEYS,
  wrongOptions: { ...OVH_KEYS, consumerKey: WRONG },
  secrets: Object.values(OVH_KEYS),
  emulate: emulateOvh,
  limits: [{ most: 60, withinMs: 60_000 }],
};

describeApiProvider('OVH', CASE);

const NAME = '_dmarc.free.example.test';
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
const NONE: TxtSet = { values: [], ttl: null };
const signal = new AbortController().signal;

describe('OVH: what is special', () => {
  let lab: ApiLab;
  let provider: DnsProvider;
  let served: Map<string, readonly (readonly [string, string, string])[]>;

  async function start(extras: OvhExtras = {}): Promise<void> {
    await lab?.emulator.stop();
    served = new Map();
    lab = await startApiLab({
      ...CASE,
      emulate: (zones) => emulateOvh(zones, Object.assign(extras, { served })),
    });
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => {
    await stopApiLab(lab);
  });

  async function swap(expected: TxtSet, next: TxtSet): Promise<WriteReceipt> {
    const zone = await provider.findZone(NAME, signal);
    return provider.replaceTxt(zone, NAME, { expected, next, changeId: 'c' }, signal);
  }

  /** What the name servers show at the name. */
  function shown(): readonly (readonly string[])[] {
    return (served.get('example.test') ?? [])
      .filter(([name]) => name === NAME)
      .map(([, type, value]) => [type, value]);
  }

  const standing = { values: [RECORD], ttl: 3600 };
  const stronger = { values: [STRONGER], ttl: 3600 };

  it('serves a change, by a refresh after the write', async () => {
    await swap(NONE, { values: [RECORD], ttl: 3600 });
    expect(shown()).toEqual([['TXT', RECORD]]);
    await swap(standing, stronger);
    expect(shown()).toEqual([['TXT', STRONGER]]);
    const writes = lab.emulator.calls
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => [method, path]);
    expect(writes).toEqual([
      ['POST', '/domain/zone/example.test/record'],
      ['POST', '/domain/zone/example.test/refresh'],
      ['PUT', `/domain/zone/example.test/record/${lab.zones.at(NAME)[0]?.id}`],
      ['POST', '/domain/zone/example.test/refresh'],
    ]);
  });

  it.each<[string, ApiReply, string]>([
    ['500', { status: 500, body: {} }, 'transient'],
    [
      '403',
      { status: 403, body: { errorCode: 'NOT_GRANTED_CALL', message: 'This call has not been granted' } },
      'forbidden',
    ],
    ['429', { status: 429, body: {} }, 'rate-limited'],
    ['404', { status: 404, body: { message: 'This service does not exist' } }, 'transient'],
  ])(
    'a refresh that ends in %s is no success, though reading shows the new record',
    async (_title, refusal, kind) => {
      const extras: OvhExtras = { refusal };
      await start(extras);
      lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
      const attempt = swap(standing, stronger);
      expect(await faultOf(attempt)).toMatchObject({ kind });
      await expect(attempt).rejects.toThrow(/stands in the account but is not served/);
      expect(lab.zones.txt(NAME)).toEqual([STRONGER]);
      expect(shown()).toEqual([]);
      // The next try finds it written and has it served.
      extras.refusal = null;
      await lab.provider().publish(await provider.findZone(NAME, signal), signal);
      expect(shown()).toEqual([['TXT', STRONGER]]);
    },
  );

  it('when the process ended between write and refresh, the next one serves what it finds', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    await provider.publish(await provider.findZone(NAME, signal), signal);
    // Written, not refreshed.
    lab.zones.replace(NAME, 'TXT', [STRONGER], 3600);
    expect(shown()).toEqual([['TXT', RECORD]]);

    const next = lab.provider();
    const zone = await next.findZone(NAME, signal);
    expect(await next.readTxt(zone, NAME, signal)).toEqual(stronger); // which proves nothing
    expect(shown()).toEqual([['TXT', RECORD]]);
    await next.publish(zone, signal);
    expect(shown()).toEqual([['TXT', STRONGER]]);
  });

  it('a swap of a record for itself changes nothing and serves it', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    await swap(standing, standing);
    expect(shown()).toEqual([['TXT', RECORD]]);
    const writes = lab.emulator.calls.filter(({ method }) => method !== 'GET').map(({ path }) => path);
    expect(writes).toEqual(['/domain/zone/example.test/refresh']);
  });

  it('a lost answer to the write is settled by reading, and served all the same', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    lab.emulator.fail('write', 'lose-after');
    await swap(standing, stronger);
    expect(shown()).toEqual([['TXT', STRONGER]]);
  });

  describe('its own DMARC type', () => {
    beforeEach(() => {
      lab.zones.add('example.test', NAME, 'DMARC', RECORD, 3600);
    });

    it('C20 is seen and changed in place, without quotes and without naming the type', async () => {
      expect(await provider.readTxt(await provider.findZone(NAME, signal), NAME, signal)).toEqual(standing);
      await swap(standing, stronger);
      expect(lab.zones.at(NAME)).toMatchObject([{ type: 'DMARC', value: STRONGER }]);
      const put = lab.emulator.calls.find(({ method }) => method === 'PUT');
      expect(JSON.parse(put?.text ?? '{}')).toEqual({
        subDomain: '_dmarc.free',
        target: STRONGER,
        ttl: 3600,
      });
    });

    it('beside a TXT record both are seen', async () => {
      lab.zones.add('example.test', NAME, 'TXT', STRONGER, 3600);
      const zone = await provider.findZone(NAME, signal);
      expect((await provider.readTxt(zone, NAME, signal)).values).toEqual([RECORD, STRONGER]);
    });

    it('a tag that it does not know is refused, with what to do', async () => {
      const next = { values: ['v=DMARC1; p=quarantine; pct=10; t=y'], ttl: 3600 };
      const attempt = swap(standing, next);
      expect(await faultOf(attempt)).toEqual({ kind: 'unsupported' });
      await expect(attempt).rejects.toThrow(/replace the record by one of type TXT/);
      expect(lab.zones.at(NAME)).toMatchObject([{ type: 'DMARC', value: RECORD }]);
      expect(shown()).toEqual([]);
    });
  });

  it('takes nothing else for the name that its filter lets through', async () => {
    // `_` in the filter stands for any character.
    lab.zones.add('example.test', 'xdmarc.free.example.test', 'TXT', 'v=DMARC1; p=reject', 300);
    const zone = await provider.findZone(NAME, signal);
    expect(await provider.readTxt(zone, NAME, signal)).toEqual(NONE);
    expect(lab.emulator.calls.some(({ path }) => /record\/\d+$/.test(path))).toBe(true);
  });

  it('a record that goes while records are read is no missing zone', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body: [987_654] });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({
      kind: 'transient',
      mayBeApplied: false,
    });
  });

  it('reads a target without quotes, and a TTL of 0 as the zone’s, which stays 0', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 0);
    const zone = await provider.findZone(NAME, signal);
    const id = Number(lab.zones.at(NAME)[0]?.id);
    const bare = { id, subDomain: '_dmarc.free', fieldType: 'TXT', target: RECORD, ttl: 0 };
    lab.emulator.fail('any', { status: 200, body: [id] }, { status: 200, body: bare });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [RECORD], ttl: 3600 });
    await swap(standing, stronger);
    expect(lab.zones.at(NAME)).toMatchObject([{ value: STRONGER, ttl: 0 }]);
  });

  it('asks for its zones once, and anew when something else stands there than was thought', async () => {
    const asked = () =>
      lab.emulator.calls.filter(({ path }) => /^\/domain\/zone(?:\/example\.test)?$/.test(path)).length;
    await swap(NONE, { values: [RECORD], ttl: 3600 });
    await swap(standing, stronger);
    expect(asked()).toBe(2);
    expect(await faultOf(swap(standing, stronger))).toMatchObject({ kind: 'conflict' });
    await swap(stronger, standing);
    expect(asked()).toBe(4);
  });

  it('says which servers serve the zone', async () => {
    const zone = await provider.findZone(NAME, signal);
    expect(zone).toEqual({
      id: 'example.test',
      name: 'example.test',
      nameServers: ['dns104.ovh.net', 'ns104.ovh.net'],
    });
  });

  it.each([-7200, 7200])('C25 signs by the server’s clock when it is %i seconds ahead', async (ahead) => {
    await start({ ahead });
    expect(await provider.check(signal)).toEqual({
      ok: true,
      message: 'OVH knows the credential; it sees 2 zones',
    });
    expect(lab.emulator.calls.filter(({ path }) => path === '/auth/time')).toHaveLength(1);
  });

  it('asks for the time anew once a signature was refused', async () => {
    await provider.check(signal);
    lab.emulator.fail('any', {
      status: 400,
      body: { errorCode: 'QUERY_TIME_OUT', message: 'Query out of time' },
    });
    expect(await provider.check(signal)).toMatchObject({ ok: false });
    expect(await provider.check(signal)).toMatchObject({ ok: true });
    expect(lab.emulator.calls.filter(({ path }) => path === '/auth/time')).toHaveLength(2);
  });

  it.each([
    ['applicationKey', 'INVALID_KEY'],
    ['applicationSecret', 'INVALID_SIGNATURE'],
    ['consumerKey', 'INVALID_CREDENTIAL'],
  ])('a wrong %s is told apart from a missing right', async (name, code) => {
    const wrong = lab.provider({ [name]: WRONG });
    await expect(wrong.findZone(NAME, signal)).rejects.toThrow(code);
    expect(await faultOf(wrong.findZone(NAME, signal))).toEqual({ kind: 'auth' });
  });
});

describe('OVH: a service account', () => {
  const ACCOUNT = { clientId: 'EU.8a1b', clientSecret: 'canary-secret-0123456789' };
  const TOKEN = 'canary-token-eyJhbGciOiJFZERTQSJ9';
  const NO_KEYS = { applicationKey: undefined, applicationSecret: undefined, consumerKey: undefined };
  let lab: ApiLab;
  let tokens: ApiEmulator;

  beforeEach(async () => {
    lab = await startApiLab({ ...CASE, emulate: (zones) => emulateOvh(zones, { tokens: new Set([TOKEN]) }) });
    tokens = await startApiEmulator((call) => {
      const { client_secret, ...rest } = Object.fromEntries(new URLSearchParams(call.text));
      const asked = [
        `${call.method} ${call.path}`,
        rest['grant_type'],
        rest['scope'],
        rest['client_id'],
      ].join(' ');
      if (asked !== `POST /auth/oauth2/token client_credentials all ${ACCOUNT.clientId}`)
        throw new ApiViolation(asked);
      if (client_secret !== ACCOUNT.clientSecret) return { status: 401, body: { error: 'invalid_client' } };
      return {
        status: 200,
        body: { access_token: TOKEN, token_type: 'Bearer', expires_in: 3599, scope: 'all' },
      };
    });
  });
  afterEach(async () => {
    if (tokens.violations.length > 0) throw new Error(tokens.violations.join('; '));
    await tokens.stop();
    await stopApiLab(lab);
  });

  function provider(overrides: Readonly<Record<string, unknown>> = {}): DnsProvider {
    return lab.provider({
      ...NO_KEYS,
      ...ACCOUNT,
      tokenUrl: `${tokens.url}/auth/oauth2/token`,
      ...overrides,
    });
  }

  it('changes a record with one token for all requests', async () => {
    const ours = provider();
    const zone = await ours.findZone(NAME, signal);
    await ours.replaceTxt(
      zone,
      NAME,
      { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'c' },
      signal,
    );
    expect(lab.zones.txt(NAME)).toEqual([RECORD]);
    expect(tokens.calls).toHaveLength(1);
  });

  it('gets another token when one is refused', async () => {
    const ours = provider();
    await ours.check(signal);
    lab.emulator.fail('any', { status: 401, body: { message: `no ${TOKEN}` } });
    const refused = await ours.check(signal);
    expect(refused.ok).toBe(false);
    expect(refused.message).not.toContain(TOKEN);
    expect(await ours.check(signal)).toMatchObject({ ok: true });
    expect(tokens.calls).toHaveLength(2);
  });

  it('a wrong secret is told apart, and never repeated', async () => {
    const wrong = provider({ clientSecret: WRONG });
    expect(await wrong.check(signal)).toEqual({
      ok: false,
      message: 'OVHcloud gave no access token: invalid_client',
    });
    expect(await faultOf(wrong.findZone(NAME, signal))).toEqual({ kind: 'auth' });
  });

  it.each<[string, ApiReply | 'html' | 'cut' | 'empty-object' | 'redirect' | 'lose-after', string]>([
    ['500', { status: 500, body: {} }, 'transient'],
    ['429', { status: 429, body: {} }, 'rate-limited'],
    ['a page', 'html', 'transient'],
    ['half an answer', 'cut', 'transient'],
    ['an empty object', 'empty-object', 'transient'],
    ['a redirect', 'redirect', 'transient'],
    ['a broken connection', 'lose-after', 'transient'],
    ['a token with a line end', { status: 200, body: { access_token: 'a\r\nb' } }, 'transient'],
  ])('a token server that answers %s says nothing of the record', async (_title, fault, kind) => {
    tokens.fail('any', fault);
    const attempt = provider().findZone(NAME, signal);
    expect(await faultOf(attempt)).toMatchObject({ kind });
    await expect(attempt).rejects.not.toThrow(TOKEN);
  });

  it.each([
    ['nothing', { ...NO_KEYS }],
    ['half of the keys', { ...NO_KEYS, applicationKey: 'a', consumerKey: 'b' }],
    ['both kinds', { ...ACCOUNT }],
    ['half an account', { ...NO_KEYS, clientId: 'a' }],
  ])('options that name %s are refused', (_title, overrides) => {
    expect(() => lab.provider(overrides)).toThrow(/either applicationKey/);
  });
});
