import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { vultr } from '../../src/providers/vultr/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateVultr, failure, VULTR_KEY } from './emulators/vultr-account.js';

const WRONG = 'WRONGWRONGWRONGWRONGWRONGWRONG012345';

const CASE: ApiProviderCase = {
  module: vultr,
  options: { apiKey: VULTR_KEY },
  wrongOptions: { apiKey: WRONG },
  secrets: [VULTR_KEY, WRONG],
  emulate: emulateVultr,
  limits: [{ most: 30, withinMs: 1000 }],
};

describeApiProvider('Vultr', CASE);

const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
const NONE: TxtSet = { values: [], ttl: null };

describe('Vultr', () => {
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(zones?: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab(CASE, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function read(name = NAME): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(name, signal), name, signal);
  }

  async function swap(expected: TxtSet, values: readonly string[], ttl = 300): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected, next: { values, ttl }, changeId: 'change-1' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text)]);
  }

  it('writes in double quotes, and changes a record in place', async () => {
    await swap(NONE, [RECORD]);
    await swap({ values: [RECORD], ttl: 300 }, [STRONGER]);
    expect(writes()).toEqual([
      [
        'POST',
        '/domains/example.test/records',
        { type: 'TXT', name: '_dmarc', data: `"${RECORD}"`, ttl: 300 },
      ],
      [
        'PATCH',
        expect.stringMatching(/^\/domains\/example\.test\/records\/[\w-]{36}$/),
        { name: '_dmarc', data: `"${STRONGER}"`, ttl: 300 },
      ],
    ]);
  });

  it('knows no name for the zone itself', async () => {
    await start([NAME]);
    const found = await read();
    await swap(found, [...found.values, RECORD]);
    expect(writes()).toEqual([
      ['POST', `/domains/${NAME}/records`, { type: 'TXT', name: '', data: `"${RECORD}"`, ttl: 300 }],
    ]);
  });

  it('asks nothing about a name of another zone', async () => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.forgetCalls();
    const other = '_dmarc.example.org';
    expect(await faultOf(provider.readTxt(zone, other, signal))).toEqual({ kind: 'unsupported' });
    expect(lab.emulator.calls).toEqual([]);
  });

  it('takes a backslash for itself', async () => {
    const value = String.raw`v=DMARC1; p=none; x=\; \\ \065`;
    await swap(NONE, [value]);
    expect(lab.zones.txt(NAME)).toEqual([value]);
    expect((await read()).values).toEqual([value]);
  });

  it('refuses a double quote before it asks, and reads no other form than it knows', async () => {
    lab.emulator.forgetCalls();
    expect(await faultOf(swap(NONE, ['v=DMARC1; p=none; x="y"']))).toEqual({ kind: 'unsupported' });
    expect(writes()).toEqual([]);
    lab.zones.replace(NAME, 'TXT', ['v=DMARC1" "; p=none'], 300);
    expect(await faultOf(read())).toEqual({ kind: 'malformed' });
  });

  it('changes the TTL of a record that stands alone, not below the least', async () => {
    await swap(NONE, [RECORD], 3600);
    expect(await swap({ values: [RECORD], ttl: 3600 }, [STRONGER], 60)).toMatch(
      /TTL 120 \(60 is not possible/,
    );
    expect(await read()).toEqual({ values: [STRONGER], ttl: 120 });
  });

  it.each<[string, readonly string[]]>([
    ['changed', [STRONGER, 'other']],
    ['added', [RECORD, 'other', STRONGER]],
  ])(
    'beside another record one is %s with the TTL that stands there, or not at all',
    async (_title, next) => {
      lab.zones.replace(NAME, 'TXT', [RECORD, 'other'], 600);
      const standing = { values: [RECORD, 'other'], ttl: 600 };
      expect(await faultOf(swap(standing, next, 300))).toEqual({ kind: 'unsupported' });
      expect(writes()).toEqual([]);
      await swap(standing, next, 600);
      expect(lab.zones.txt(NAME)).toEqual([...next].toSorted());
      expect((await read()).ttl).toBe(600);
    },
  );

  it('says which servers the zone names', async () => {
    lab.zones.add('example.test', 'example.test', 'NS', 'NS2.vultr.com', 300);
    expect((await provider.findZone(NAME, signal)).nameServers).toEqual([
      'ns1.provider.test',
      'ns2.vultr.com',
    ]);
    lab.zones.remove(lab.zones.at('example.test', 'NS'));
    expect((await lab.provider().findZone(NAME, signal)).nameServers).toBeNull();
  });

  it.each([
    ['a key it does not know', failure(401, 'Invalid API token.'), 'auth'],
    ['an address it does not know', failure(401, 'Unauthorized IP address: 203.0.113.9'), 'forbidden'],
    ['a domain that is gone', failure(404, 'Domain not found'), 'zone-not-found'],
  ])('tells %s apart', async (_title, reply, kind) => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', reply);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind });
  });

  it('names the address that the access list lacks', async () => {
    lab.emulator.fail('any', failure(401, 'Unauthorized IP address: 203.0.113.9'));
    const { ok, message } = await provider.check(signal);
    expect([ok, message]).toEqual([false, 'the API answered 401: Unauthorized IP address: 203.0.113.9']);
  });

  it('a record that went between reading and writing is a conflict', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 300);
    lab.emulator.fail('write', failure(404, 'Invalid record.'));
    const observed = { values: [RECORD], ttl: 300 };
    expect(await faultOf(swap(observed, [STRONGER]))).toEqual({ kind: 'conflict', observed });
  });

  const EMPTY = { records: [], meta: { total: 0, links: { next: '', prev: '' } } };
  const TXT = { id: 'a', type: 'TXT', name: '_dmarc', data: RECORD, ttl: 300 };
  it.each<[string, unknown]>([
    ['nothing of one', { ...EMPTY, meta: { ...EMPTY.meta, total: 1 } }],
    ['no meta', { records: [] }],
    ['no records', { meta: EMPTY.meta }],
    ['a value without quotes', { ...EMPTY, records: [TXT] }],
  ])('an answer with %s is never "no record"', async (_title, body) => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('ends a listing whose cursor leads nowhere', async () => {
    const zone = await provider.findZone(NAME, signal);
    const body = { ...EMPTY, meta: { total: 0, links: { next: 'c2FtZQ==', prev: '' } } };
    lab.emulator.fail('any', { status: 200, body }, { status: 200, body });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('its check says that the account is empty', async () => {
    await start([]);
    expect(await provider.check(signal)).toEqual({ ok: false, message: 'the account has no domain' });
  });
});
