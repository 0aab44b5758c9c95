import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { porkbun } from '../../src/providers/porkbun/module.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { faultOf } from './dns-provider.contract.js';
import { emulatePorkbun, PORKBUN_KEY, PORKBUN_SECRET } from './emulators/porkbun-account.js';
import type { PorkbunQuirks } from './emulators/porkbun-account.js';

const WRONG = 'sk1_00000000000000000000000000000000';
const CASE: ApiProviderCase = {
  module: porkbun,
  options: { apiKey: PORKBUN_KEY, secretApiKey: PORKBUN_SECRET },
  wrongOptions: { apiKey: PORKBUN_KEY, secretApiKey: WRONG },
  secrets: [PORKBUN_KEY, PORKBUN_SECRET, WRONG],
  emulate: (zones) => emulatePorkbun(zones),
  limits: [{ most: 20, withinMs: 19_000 }],
  isWrite: (call) => /^\/dns\/(?:create|edit)\//.test(call.path),
};

describeApiProvider('Porkbun', CASE);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none';
const STRONGER = 'v=DMARC1; p=quarantine';
const KEYS = { apikey: PORKBUN_KEY, secretapikey: PORKBUN_SECRET };

describe('Porkbun', () => {
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(quirks: PorkbunQuirks = {}, zones?: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab({ ...CASE, emulate: (account) => emulatePorkbun(account, quirks) }, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start());
  afterEach(async () => stopApiLab(lab));

  async function read(): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(NAME, signal), NAME, signal);
  }

  async function swap(before: readonly string[], value: string, ttl = 600): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: { values: before, ttl: null }, next: { values: [value], ttl }, changeId: 'c' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  function writes(): readonly (readonly [string, unknown])[] {
    return lab.emulator.calls
      .filter((call) => CASE.isWrite?.(call))
      .map((call) => [call.path, JSON.parse(call.text)]);
  }

  it('sends the keys in the body, names without the domain and numbers as text', async () => {
    await swap([], RECORD);
    const { id } = lab.zones.at(NAME, 'TXT')[0]!;
    await swap([RECORD], STRONGER);
    const record = { ...KEYS, type: 'TXT', name: '_dmarc', ttl: '600' };
    expect(writes()).toEqual([
      ['/dns/create/example.test', { ...record, content: RECORD }],
      [`/dns/edit/example.test/${id}`, { ...record, content: STRONGER, notes: '' }],
    ]);
  });

  it('keeps what its owner noted on the record', async () => {
    await start({ notes: { [RECORD]: 'ask Ada before you touch it' } });
    lab.zones.replace(NAME, 'TXT', [RECORD], 600);
    await swap([RECORD], STRONGER);
    expect(writes()[0]![1]).toMatchObject({ notes: 'ask Ada before you touch it' });
  });

  it('reads numbers that are numbers, too', async () => {
    await start({ hasNumbers: true });
    lab.zones.replace(NAME, 'TXT', [RECORD], 600);
    expect(await read()).toEqual({ values: [RECORD], ttl: 600 });
    await swap([RECORD], STRONGER);
    expect(lab.zones.txt(NAME)).toEqual([STRONGER]);
  });

  it('a TTL under 600 becomes 600', async () => {
    expect(await swap([], RECORD, 60)).toContain('TTL 600 (60 is not possible there)');
  });

  it('reads the list of domains to its end, which is an empty page', async () => {
    const zones = Array.from({ length: 2000 }, (_, at) => `zone${at}.test`);
    await start({}, [...zones, 'example.test']);
    expect((await provider.findZone(NAME, signal)).name).toBe('example.test');
    const starts = lab.emulator.calls.map((call) => (JSON.parse(call.text) as { start: string }).start);
    expect(starts).toEqual(['0', '1000', '2000', '3000']);
  });

  it.each([{}, { isOld: true }, { failsWith200: true }, { isOld: true, failsWith200: true }])(
    'a domain without API access is forbidden, and says what to do: %j',
    async (quirks) => {
      await start({ ...quirks, closed: ['example.test'] });
      expect(await faultOf(read())).toEqual({ kind: 'forbidden' });
      await expect(read()).rejects.toThrow('switch on API access');
    },
  );

  it.each([{ isOld: true }, { failsWith200: true }, { isOld: true, failsWith200: true }])(
    'wrong keys are wrong keys: %j',
    async (quirks) => {
      await start(quirks);
      provider = lab.provider(CASE.wrongOptions);
      expect(await faultOf(read())).toEqual({ kind: 'auth' });
      expect(await provider.check(signal)).toMatchObject({ ok: false });
    },
  );

  it.each<[string, string, unknown]>([
    ['INVALID_DOMAIN', 'Invalid domain.', { kind: 'zone-not-found' }],
    ['RATE_LIMIT_EXCEEDED', 'Rate limit exceeded.', { kind: 'rate-limited', retryAfterMs: null }],
    ['SOMETHING_NEW', 'This is new.', { kind: 'unsupported' }],
  ])('%s with a status of success is an error', async (code, message, fault) => {
    const zone = await provider.findZone(NAME, signal);
    const answer = { status: 200, body: { status: 'ERROR', code, message } };
    lab.emulator.fail('any', answer, answer, answer);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual(fault);
  });

  it('an edit that it was unable to make is settled by reading', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 600);
    const body = { status: 'ERROR', message: 'Edit error: We were unable to edit the DNS record.' };
    lab.emulator.fail('write', { status: 400, body });
    expect(await faultOf(swap([RECORD], STRONGER))).toEqual({ kind: 'transient', mayBeApplied: true });
    expect(lab.zones.txt(NAME)).toEqual([RECORD]);
  });

  it('a record that has gone meanwhile is a conflict', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD], 600);
    const body = { status: 'ERROR', code: 'INVALID_RECORD_ID', message: 'Invalid record ID.' };
    lab.emulator.fail('write', { status: 400, body });
    const observed = { values: [RECORD], ttl: 600 };
    expect(await faultOf(swap([RECORD], STRONGER))).toEqual({ kind: 'conflict', observed });
  });

  it('an answer that is neither success nor error is none', async () => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body: { records: [] } });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('202 is the word of a firewall that has had enough, also to a write', async () => {
    const zone = await provider.findZone(NAME, signal);
    const enough = { status: 202, headers: { 'x-amzn-waf-action': 'challenge' }, body: '' };
    lab.emulator.fail('any', enough, enough, enough);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toMatchObject({ kind: 'rate-limited' });
    lab.emulator.fail('write', enough);
    expect(await faultOf(swap([], RECORD))).toMatchObject({ kind: 'rate-limited' });
    expect(lab.zones.txt(NAME)).toEqual([]);
  });

  it('a change takes three requests, and the list of domains once', async () => {
    const pauses = skipPauses();
    await swap([], RECORD);
    await swap([RECORD], STRONGER);
    expect(lab.emulator.calls.map(({ path }) => path.split('/')[2])).toEqual([
      'listAll',
      'listAll',
      'retrieve',
      'create',
      'retrieve',
      'retrieve',
      'edit',
      'retrieve',
    ]);
    expect(pauses).toHaveLength(lab.emulator.calls.length - 1);
  });

  it('a domain that came since is found, one that went is looked for again', async () => {
    await expect(provider.findZone('_dmarc.example.org', signal)).rejects.toThrow('no zone');
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.forgetCalls();
    lab.emulator.fail('any', {
      status: 400,
      body: { status: 'ERROR', code: 'INVALID_DOMAIN', message: 'No' },
    });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'zone-not-found' });
    await provider.findZone(NAME, signal);
    expect(lab.emulator.calls.map(({ path }) => path)).toContain('/domain/listAll');
  });
});
