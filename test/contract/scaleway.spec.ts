import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { scaleway } from '../../src/providers/scaleway/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateScaleway, SCALEWAY_KEY } from './emulators/scaleway-account.js';
import type { ScalewayQuirks } from './emulators/scaleway-account.js';

const WRONG = '99999999-8888-7777-6666-555555555555';
const CASE: ApiProviderCase = {
  module: scaleway,
  options: { secretKey: SCALEWAY_KEY },
  wrongOptions: { secretKey: WRONG },
  secrets: [SCALEWAY_KEY, WRONG],
  emulate: (zones) => emulateScaleway(zones),
  limits: [{ most: 100, withinMs: 10_000 }],
};

describeApiProvider('Scaleway', CASE);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const RECORDS = '/domain/v2beta1/dns-zones/example.test/records';

describe('Scaleway', () => {
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(quirks: ScalewayQuirks = {}, zones?: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, emulate: (account) => emulateScaleway(account, quirks) }, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function read(): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(NAME, signal), NAME, signal);
  }

  async function swap(
    before: readonly string[],
    next: readonly string[],
    ttl: number | null,
  ): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: { values: before, ttl: null }, next: { values: next, ttl }, changeId: 'c' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, string, { readonly changes: unknown }])[] {
    return lab.emulator.calls
      .filter((call) => call.method !== 'GET')
      .map((call) => [call.method, call.path, JSON.parse(call.text) as { changes: unknown }]);
  }

  it('adds where nothing stands, and sets the whole set where something does', async () => {
    await swap([], [RECORD], 300);
    await swap([RECORD], [STRONGER], 300);
    const record = { name: '_dmarc', type: 'TXT', ttl: 300, comment: null };
    const rest = { return_all_records: false, disallow_new_zone_creation: true };
    expect(writes()).toEqual([
      ['PATCH', RECORDS, { changes: [{ add: { records: [{ ...record, data: `"${RECORD}"` }] } }], ...rest }],
      [
        'PATCH',
        RECORDS,
        {
          changes: [
            {
              set: {
                id_fields: { name: '_dmarc', type: 'TXT' },
                records: [{ ...record, data: `"${STRONGER}"` }],
              },
            },
          ],
          ...rest,
        },
      ],
    ]);
  });

  it('what stays is sent as it stands: value, TTL and comment', async () => {
    const odd = String.raw`a\\b "c" d`;
    await start({ comments: { [odd]: 'not ours', [RECORD]: 'ours' } });
    lab.zones.replace(NAME, 'TXT', [odd, RECORD], 900);
    expect(await read()).toEqual({ values: [odd, RECORD], ttl: 900 });
    await swap([odd, RECORD], [odd, STRONGER], 3600);
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([
      { value: odd, ttl: 900 },
      { value: STRONGER, ttl: 3600 },
    ]);
    expect(JSON.stringify(writes())).toContain('"comment":"not ours"');
    expect(JSON.stringify(writes())).toContain('"comment":"ours"');
  });

  it.each([
    ['"v=DMARC1; " "p=none"', RECORD],
    ['"v=DMARC1; ""p=none"', RECORD],
    [String.raw`"a\b"`, String.raw`a\b`],
    [String.raw`"say \"hi\""`, 'say "hi"'],
  ])('reads %s', async (data, value) => {
    const zone = await provider.findZone(NAME, signal);
    const record = { id: 'x', type: 'TXT', name: '_dmarc', data, ttl: 300 };
    lab.emulator.fail('any', { status: 200, body: { total_count: 1, records: [record] } });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual({ values: [value], ttl: 300 });
  });

  it('data without quotes is malformed', async () => {
    const zone = await provider.findZone(NAME, signal);
    const record = { id: 'x', type: 'TXT', name: '_dmarc', data: RECORD, ttl: 300 };
    lab.emulator.fail('any', { status: 200, body: { total_count: 1, records: [record] } });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('a dynamic record at the name is refused', async () => {
    await start({ dynamic: [RECORD] });
    lab.zones.replace(NAME, 'TXT', [RECORD], 300);
    expect(await faultOf(read())).toEqual({ kind: 'unsupported' });
    expect(await faultOf(swap([RECORD], [STRONGER], 300))).toEqual({ kind: 'unsupported' });
    expect(lab.zones.txt(NAME)).toEqual([RECORD]);
  });

  it('names zones by subdomain and domain, and takes only the one it asked for', async () => {
    await start({ isLoose: true }, ['example.test', 'sub.example.test', '_dmarc.sub.example.test']);
    expect((await provider.findZone('_dmarc.sub.example.test', signal)).name).toBe('_dmarc.sub.example.test');
    expect((await provider.findZone(NAME, signal)).name).toBe('example.test');
  });

  it('a record at the apex of a zone of its own has no name', async () => {
    await start({}, [NAME]);
    const found = await read();
    await swap(found.values, [...found.values, RECORD], 300);
    expect(lab.zones.txt(NAME)).toEqual([...found.values, RECORD].toSorted());
    expect(lab.zones.at(NAME, 'A')).toHaveLength(1);
  });

  it.each([
    ['pending', { kind: 'transient', mayBeApplied: false }],
    ['locked', { kind: 'unsupported' }],
    ['error', { kind: 'unsupported' }],
  ])('a zone that is %s is refused, and it says so', async (status, fault) => {
    await start({ status });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual(fault);
    await expect(provider.findZone(NAME, signal)).rejects.toThrow(`the zone example.test is ${status}`);
  });

  it('says which servers of its own serve the zone', async () => {
    const { nameServers } = await provider.findZone(NAME, signal);
    expect(nameServers).toEqual(['ns0.dom.scw.cloud', 'ns1.dom.scw.cloud']);
  });

  it.each([
    { status: 409, body: { message: 'resource is in a transient state', type: 'transient_state' } },
    { status: 412, body: { message: 'resource is in a transient state', type: 'transient_state' } },
  ])('a zone that is being worked on is to be tried again later: %j', async (fault) => {
    lab.emulator.fail('write', fault);
    expect(await faultOf(swap([], [RECORD], 300))).toMatchObject({ kind: 'transient' });
  });

  it('repeats what the API complains about', async () => {
    const details = [{ argument_name: 'ttl', reason: 'constraint', help_message: 'must be more' }];
    const body = { type: 'invalid_arguments', message: 'invalid argument(s)', details };
    lab.emulator.fail('write', { status: 400, body });
    await expect(swap([], [RECORD], 300)).rejects.toThrow('400: invalid argument(s); ttl must be more');
  });
});
