import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { linode } from '../../src/providers/linode/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateLinode, LINODE_TOKEN } from './emulators/linode-account.js';

const WRONG = 'another-linode-token-987';
const CASE: ApiProviderCase = {
  module: linode,
  options: { token: LINODE_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [LINODE_TOKEN, WRONG],
  emulate: (zones) => emulateLinode(zones),
  limits: [{ most: 200, withinMs: 60_000, kindOf: ({ method }) => (method === 'GET' ? 'lists' : null) }],
};

describeApiProvider('Linode', CASE);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';

describe('Linode', () => {
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(emulate = CASE.emulate, zones?: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, emulate }, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function swap(before: readonly string[], value: string, ttl: number | null = null): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const expected = { values: before, ttl: null };
    const change = { expected, next: { values: [value], ttl }, changeId: 'change-1' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text)]);
  }

  it('asks for TXT and aliases only, and changes the record by its id', async () => {
    await swap([], RECORD, 300);
    const { id } = lab.zones.at(NAME, 'TXT')[0]!;
    await swap([RECORD], STRONGER);
    expect(writes()).toEqual([
      ['POST', '/domains/100/records', { type: 'TXT', name: '_dmarc', target: RECORD, ttl_sec: 300 }],
      ['PUT', `/domains/100/records/${id}`, { target: STRONGER, ttl_sec: 300 }],
    ]);
    const filters = lab.emulator.calls.map((call) => call.headers['x-filter']);
    expect(filters).toContain('{"domain":"example.test"}');
    expect(filters).toContain('{"+or":[{"type":"TXT"},{"type":"CNAME"}]}');
  });

  it('a record at the apex of a zone of its own has no name', async () => {
    await start(CASE.emulate, [NAME]);
    const zone = await provider.findZone(NAME, signal);
    const found = await provider.readTxt(zone, NAME, signal);
    const next = { values: [...found.values, RECORD], ttl: 300 };
    await provider.replaceTxt(zone, NAME, { expected: found, next, changeId: 'change-1' }, signal);
    expect(writes()).toEqual([
      ['POST', '/domains/100/records', { type: 'TXT', name: '', target: RECORD, ttl_sec: 300 }],
    ]);
  });

  it('a TTL of 0 is the default of the domain, and stays it', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 0);
    const zone = await provider.findZone(NAME, signal);
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [RECORD], ttl: null });
    await swap([RECORD], STRONGER);
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ value: STRONGER, ttl: 0 }]);
    await swap([STRONGER], RECORD, 300);
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ value: RECORD, ttl: 300 }]);
  });

  it('rounds a TTL up to one of the list and says so', async () => {
    expect(await swap([], RECORD, 600)).toContain('TTL 3600 (600 is not possible there)');
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ ttl: 3600 }]);
  });

  it('sets the TTL of a new record once more where it was dropped', async () => {
    await start((zones) => emulateLinode(zones, { dropsTtlOfNew: true, slaves: [] }));
    await swap([], RECORD, 300);
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ value: RECORD, ttl: 300 }]);
  });

  it('a new record whose TTL could not be set is settled by reading', async () => {
    await start((zones) => emulateLinode(zones, { dropsTtlOfNew: true, slaves: [] }));
    const { id } = lab.zones.at('example.test', 'TXT')[0]!;
    const created = { id: Number(id), ttl_sec: 0 };
    lab.emulator.fail('write', 'fail-after');
    expect(await swap([], RECORD, 300)).toContain('wrote');
    expect(lab.zones.txt(NAME)).toEqual([RECORD]);
    lab.zones.remove(lab.zones.at(NAME));
    lab.emulator.fail('write', { status: 200, body: created }, { status: 429, body: {} });
    expect(await faultOf(swap([], RECORD, 300))).toEqual({ kind: 'transient', mayBeApplied: true });
  });

  it('finds names that stand there whole', async () => {
    const zone = await provider.findZone(NAME, signal);
    const record = { id: 7, type: 'TXT', name: NAME.toUpperCase(), target: RECORD, ttl_sec: 300 };
    lab.emulator.fail('any', { status: 200, body: { data: [record], page: 1, pages: 1 } });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [RECORD], ttl: 300 });
  });

  it('refuses a domain that is only copied', async () => {
    await start((zones) => emulateLinode(zones, { dropsTtlOfNew: false, slaves: ['example.test'] }));
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
  });

  it('refuses a domain that is disabled, and says so', async () => {
    const disabled = ['example.test'];
    await start((zones) => emulateLinode(zones, { dropsTtlOfNew: false, slaves: [], disabled }));
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    await expect(provider.findZone(NAME, signal)).rejects.toThrow('enable the domain');
  });

  it('tells a token without the scope from one that is wrong', async () => {
    const zone = await provider.findZone(NAME, signal);
    const body = { errors: [{ reason: 'Your OAuth token is not authorized to use this endpoint.' }] };
    lab.emulator.fail('any', { status: 401, body });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'forbidden' });
  });

  it('repeats which field the API complains about', async () => {
    const body = { errors: [{ field: 'target', reason: 'Record conflict' }] };
    lab.emulator.fail('write', { status: 400, body });
    await expect(swap([], RECORD)).rejects.toThrow('the API answered 400: target: Record conflict');
  });
});
