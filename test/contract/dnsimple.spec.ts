import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { dnsimple } from '../../src/providers/dnsimple/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { DNSIMPLE_ACCOUNT, DNSIMPLE_TOKEN, emulateDnsimple } from './emulators/dnsimple-account.js';
import type { DnsimpleQuirks } from './emulators/dnsimple-account.js';

const WRONG = 'dnsimple_a_another-token-987';
const CASE: ApiProviderCase = {
  module: dnsimple,
  options: { token: DNSIMPLE_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [DNSIMPLE_TOKEN, WRONG],
  emulate: (zones) => emulateDnsimple(zones),
  limits: [{ most: 2400, withinMs: 3_600_000 }],
};

describeApiProvider('DNSimple', CASE);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const ZONE = { id: 'example.test', name: 'example.test', nameServers: null };

describe('DNSimple', () => {
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(
    quirks: DnsimpleQuirks = {},
    options: Readonly<Record<string, unknown>> = {},
    zones?: readonly string[],
  ): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, emulate: (account) => emulateDnsimple(account, quirks) }, zones);
    provider = lab.provider(options);
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function swap(before: readonly string[], next: readonly string[], ttl = 300): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: { values: before, ttl: null }, next: { values: next, ttl }, changeId: 'c' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text)]);
  }

  it('creates without the zone in the name, quoted, and changes the record by its id', async () => {
    await swap([], [RECORD]);
    const { id } = lab.zones.at(NAME, 'TXT')[0]!;
    await swap([RECORD], [STRONGER]);
    const records = `/v2/${DNSIMPLE_ACCOUNT}/zones/example.test/records`;
    expect(writes()).toEqual([
      ['POST', records, { type: 'TXT', name: '_dmarc', content: `"${RECORD}"`, ttl: 300 }],
      ['PATCH', `${records}/${id}`, { content: `"${STRONGER}"`, ttl: 300 }],
    ]);
  });

  it('asks once whose token it is, and never when the options name the account', async () => {
    await swap([], [RECORD]);
    const asked = () => lab.emulator.calls.filter((call) => call.path === '/v2/whoami').length;
    expect(asked()).toBe(1);
    for (const account of [DNSIMPLE_ACCOUNT, String(DNSIMPLE_ACCOUNT)]) {
      await start({ isUserToken: true }, { account });
      await swap([], [RECORD]);
      expect(asked()).toBe(0);
    }
  });

  it('a user token needs the account', async () => {
    await start({ isUserToken: true });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    expect(await provider.check(signal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('account'),
    });
  });

  it('an account that is no number is refused before anything is asked', () => {
    for (const account of ['me', '1/../2', 0, -1]) {
      expect(() => lab.provider({ account })).toThrow(/account/);
    }
  });

  it('says which servers the zone names', async () => {
    const zone = await provider.findZone(NAME, signal);
    expect(zone.nameServers).toEqual(['ns1.provider.test']);
    lab.zones.remove(lab.zones.at('example.test', 'NS'));
    expect((await provider.findZone(NAME, signal)).nameServers).toBeNull();
  });

  it('refuses a zone that is only copied', async () => {
    await start({ secondary: ['example.test'] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it('refuses a zone that DNSimple does not serve, and says so', async () => {
    await start({ inactive: ['example.test'] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    await expect(provider.findZone(NAME, signal)).rejects.toThrow('activate DNS services');
  });

  it('splits a long value into strings of 255 characters with their quotes, within 1000 in all', async () => {
    await swap([], [`v=DMARC1; x=${'0'.repeat(976)}`]);
    const sent = writes()[0]![2] as { content: string };
    expect(sent.content).toHaveLength(999);
    expect(sent.content.split(' "').map((string) => string.length)).toEqual(
      [10, 0, 0, 0].map(() => expect.any(Number)),
    );
    expect(Math.max(...sent.content.match(/"[^"]*"/g)!.map((string) => string.length))).toBe(255);
  });

  it('reads what stands there without quotes', async () => {
    await start({ isUnquoted: true });
    lab.zones.replace(NAME, 'TXT', [RECORD, 'a "quoted" word'], 300);
    const found = await provider.readTxt(ZONE, NAME, signal);
    expect(found).toEqual({ values: [RECORD, 'a "quoted" word'], ttl: 300 });
  });

  it.each(['"v=DMARC1', '"v=DMARC1" p=none', '"a" b"'])('%s is malformed', async (content) => {
    const record = { id: 7, type: 'TXT', name: '_dmarc', content, ttl: 300 };
    const pagination = { current_page: 1, per_page: 100, total_entries: 1, total_pages: 1 };
    await provider.check(signal);
    lab.emulator.fail('any', { status: 200, body: { data: [record], pagination } });
    expect(await faultOf(provider.readTxt(ZONE, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('an ALIAS at the name is refused like a CNAME', async () => {
    lab.zones.add('example.test', NAME, 'ALIAS', 'elsewhere.example.net', 300);
    expect(await faultOf(provider.readTxt(ZONE, NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it.each<[readonly string[], object]>([
    [['SV1', 'IAD'], { kind: 'unsupported' }],
    [[], { values: [RECORD], ttl: 300 }],
  ])('a record of the regions %j', async (regions, expected) => {
    await start({ regions });
    lab.zones.replace(NAME, 'TXT', [RECORD], 300);
    const found = await provider
      .readTxt(ZONE, NAME, signal)
      .catch((error: Error) => faultOf(Promise.reject(error)));
    expect(found).toEqual(expected);
  });

  it('a record at the apex of a zone of its own has no name', async () => {
    await start({}, {}, [NAME]);
    const zone = await provider.findZone(NAME, signal);
    const found = await provider.readTxt(zone, NAME, signal);
    const next = { values: [...found.values, RECORD], ttl: 300 };
    await provider.replaceTxt(zone, NAME, { expected: found, next, changeId: 'c' }, signal);
    expect(writes().map(([, , body]) => body)).toEqual([
      { type: 'TXT', name: '', content: `"${RECORD}"`, ttl: 300 },
    ]);
  });

  it.each([402, 412])('%i means that the plan does not cover it', async (status) => {
    lab.emulator.fail('write', { status, body: { message: 'Upgrade your plan' } });
    expect(await faultOf(swap([], [RECORD]))).toEqual({ kind: 'forbidden' });
  });

  it('asks about the record that was written whether all servers have it', async () => {
    const zone = await provider.findZone(NAME, signal);
    const change = {
      expected: { values: [], ttl: null },
      next: { values: [RECORD], ttl: 300 },
      changeId: 'c',
    };
    const { reference } = await provider.replaceTxt(zone, NAME, change, signal);
    expect(reference).toBe(`example.test/${lab.zones.at(NAME, 'TXT')[0]!.id}`);
    expect(await provider.changeStatus(reference!, signal)).toBe('pending');
    const body = { message: 'Could not query zone, connection timed out' };
    lab.emulator.fail('any', { status: 504, body });
    const failed = faultOf(provider.changeStatus(reference!, signal));
    expect(await failed).toEqual({ kind: 'transient', mayBeApplied: false });
    expect(await provider.changeStatus(reference!, signal)).toBe('done');
  });

  it('repeats which field the API complains about', async () => {
    const body = { message: 'Validation failed', errors: { content: ['is too long'] } };
    lab.emulator.fail('write', { status: 400, body });
    await expect(swap([], [RECORD])).rejects.toThrow('400: Validation failed; content is too long');
  });
});
