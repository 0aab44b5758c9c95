import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { digitalocean } from '../../src/providers/digitalocean/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { DIGITALOCEAN_TOKEN, emulateDigitalOcean } from './emulators/digitalocean-account.js';

const WRONG = `dop_v1_${'f'.repeat(64)}`;

const CASE: ApiProviderCase = {
  module: digitalocean,
  options: { token: DIGITALOCEAN_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [DIGITALOCEAN_TOKEN, WRONG],
  emulate: (zones) => emulateDigitalOcean(zones),
  limits: [
    { most: 250, withinMs: 60_000 },
    { most: 5000, withinMs: 3_600_000 },
  ],
};

describeApiProvider('DigitalOcean', CASE);

const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
const NONE: TxtSet = { values: [], ttl: null };

describe('DigitalOcean', () => {
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(overrides: Partial<ApiProviderCase> = {}, zones?: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, ...overrides }, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function read(name = NAME): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(name, signal), name, signal);
  }

  async function swap(
    name: string,
    expected: TxtSet,
    values: readonly string[],
    ttl = 3600,
  ): Promise<string> {
    const zone = await provider.findZone(name, signal);
    const change = { expected, next: { values, ttl }, changeId: 'change-1' };
    return (await provider.replaceTxt(zone, name, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text)]);
  }

  it('names records inside their zone, and changes one in place', async () => {
    await swap('_dmarc.host.example.test', NONE, [RECORD]);
    const { id } = lab.zones.at('_dmarc.host.example.test')[0]!;
    await swap('_dmarc.host.example.test', { values: [RECORD], ttl: 3600 }, [STRONGER]);
    expect(writes()).toEqual([
      [
        'POST',
        '/domains/example.test/records',
        { type: 'TXT', name: '_dmarc.host', data: RECORD, ttl: 3600 },
      ],
      ['PATCH', `/domains/example.test/records/${id}`, { type: 'TXT', data: STRONGER, ttl: 3600 }],
    ]);
  });

  it('calls the name of a zone of its own @', async () => {
    await start({}, ['_dmarc.example.test']);
    expect(await read()).toMatchObject({ values: ['v=spf1 mx -all'] });
    const found = await read();
    await swap(NAME, found, [...found.values, RECORD], 300);
    expect(writes()).toEqual([
      ['POST', '/domains/_dmarc.example.test/records', { type: 'TXT', name: '@', data: RECORD, ttl: 300 }],
    ]);
    expect(lab.zones.txt(NAME)).toEqual([RECORD, 'v=spf1 mx -all']);
  });

  it('says which servers the zone names', async () => {
    lab.zones.add('example.test', 'example.test', 'NS', 'NS2.provider.test.', 300);
    expect((await provider.findZone(NAME, signal)).nameServers).toEqual([
      'ns1.provider.test',
      'ns2.provider.test',
    ]);
    lab.zones.remove(lab.zones.at('example.test', 'NS'));
    expect((await lab.provider().findZone(NAME, signal)).nameServers).toBeNull();
  });

  it('asks nothing about a name of another zone', async () => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.forgetCalls();
    const other = '_dmarc.example.org';
    expect(await faultOf(provider.readTxt(zone, other, signal))).toEqual({ kind: 'unsupported' });
    expect(lab.emulator.calls).toEqual([]);
  });

  it('takes nothing for our record that stands at another name, whatever the filter did', async () => {
    await start({ emulate: (zones) => emulateDigitalOcean(zones, { ignoresFilter: true }) });
    expect(await read()).toEqual(NONE);
    await swap(NAME, NONE, [RECORD], 300);
    expect(await read()).toEqual({ values: [RECORD], ttl: 300 });
  });

  it('a step back keeps the tabs that stand in the record', async () => {
    const tabbed = 'v=DMARC1;\tp=reject;\trua=mailto:d@example.test';
    lab.zones.add('example.test', NAME, 'TXT', tabbed, 300);
    await swap(NAME, { values: [tabbed], ttl: 300 }, [tabbed.replace('reject', 'none')]);
    expect(lab.zones.txt(NAME)).toEqual([tabbed.replace('reject', 'none')]);
  });

  it('raises a TTL to the least that is possible, and leaves a lower one where it stands', async () => {
    expect(await swap(NAME, NONE, [RECORD], 5)).toMatch(/TTL 30 \(5 is not possible/);
    expect((await read()).ttl).toBe(30);
  });

  it('of several TTLs at a name tells that of the DMARC record', async () => {
    lab.zones.add('example.test', NAME, 'TXT', RECORD, 3600);
    lab.zones.add('example.test', NAME, 'TXT', 'other', 60);
    expect(await read()).toEqual({ values: [RECORD, 'other'], ttl: 3600 });
  });

  it('passes on what the API says of a value that it does not take', async () => {
    const value = `v=DMARC1; p=none; x=${'"'.repeat(480)}`;
    await expect(swap(NAME, NONE, [value])).rejects.toMatchObject({
      message: 'the API answered 422: Data is too long (unprocessable_entity)',
      fault: { kind: 'unsupported' },
    });
    expect(lab.zones.txt(NAME)).toEqual([]);
  });

  it('a record that went between reading and writing is a conflict', async () => {
    lab.zones.add('example.test', NAME, 'TXT', RECORD, 300);
    const body = { id: 'not_found', message: 'The resource you were accessing could not be found.' };
    lab.emulator.fail('write', { status: 404, body });
    const observed = { values: [RECORD], ttl: 300 };
    expect(await faultOf(swap(NAME, observed, [STRONGER]))).toEqual({ kind: 'conflict', observed });
  });

  it('reads from its own header how long to wait', async () => {
    const zone = await provider.findZone(NAME, signal);
    const body = { id: 'too_many_requests', message: 'API Rate limit exceeded.' };
    const headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': '32503680000' };
    lab.emulator.fail('any', { status: 429, headers, body });
    const error: unknown = await provider.readTxt(zone, NAME, signal).catch((reason: unknown) => reason);
    const fault = error instanceof DnsProviderError ? error.fault : null;
    const year3000 = 32_503_680_000_000 - Date.now();
    expect(fault?.kind).toBe('rate-limited');
    expect(
      Math.abs((fault?.kind === 'rate-limited' ? (fault.retryAfterMs ?? 0) : 0) - year3000),
    ).toBeLessThan(60_000);
  });

  it.each(['', 'soon', '-5'])('does not wait for a reset of %j', async (reset) => {
    const zone = await provider.findZone(NAME, signal);
    const refused = { status: 429, headers: { 'ratelimit-reset': reset }, body: {} };
    lab.emulator.fail('any', refused, refused, refused);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({
      kind: 'rate-limited',
      retryAfterMs: null,
    });
  });

  const EMPTY = { domain_records: [], links: {} };
  const TXT = { id: 1, type: 'TXT', name: '_dmarc', data: RECORD, ttl: 300 };
  it.each<[string, unknown]>([
    ['nothing of one', { ...EMPTY, meta: { total: 1 } }],
    ['no total', EMPTY],
    ['no records', { links: {}, meta: { total: 0 } }],
    [
      'a next page without a number',
      { ...EMPTY, links: { pages: { next: 'https://evil.test/' } }, meta: { total: 0 } },
    ],
    ['the same page again', { ...EMPTY, links: { pages: { next: '/x?page=1' } }, meta: { total: 0 } }],
    ['a record without id', { ...EMPTY, domain_records: [{ ...TXT, id: null }], meta: { total: 1 } }],
    ['a record without data', { ...EMPTY, domain_records: [{ ...TXT, data: null }], meta: { total: 1 } }],
  ])('an answer with %s is never "no record"', async (_title, body) => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('goes to no address that the API names', async () => {
    const zone = await provider.findZone(NAME, signal);
    const next = 'http://127.0.0.1:9/v2/domains/x/records?page=2';
    const first = { domain_records: [TXT], links: { pages: { next } }, meta: { total: 1 } };
    lab.emulator.fail('any', { status: 200, body: first });
    lab.emulator.forgetCalls();
    lab.emulator.fail('any', { status: 200, body: first });
    expect((await provider.readTxt(zone, NAME, signal)).values).toEqual([RECORD]);
    expect(lab.emulator.calls.map((call) => [call.path, call.query['page']])).toEqual([
      ['/domains/example.test/records', '1'],
      ['/domains/example.test/records', '2'],
    ]);
  });

  it('its check says that the account is empty', async () => {
    await start({}, []);
    expect(await provider.check(signal)).toEqual({ ok: false, message: 'the account has no domain' });
  });
});
