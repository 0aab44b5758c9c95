import { afterEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet, WriteReceipt } from '../../src/ports/dns-provider.js';
import { hetzner } from '../../src/providers/hetzner/module.js';
import { quoteTxt } from '../../src/providers/txt-codec.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import { emulateHetzner, HETZNER_TOKEN, NO_TTL, ZONE_TTL } from './emulators/hetzner-account.js';
import type { HetznerExtras } from './emulators/hetzner-account.js';

const WRONG = 'another-canary-0123456789-another-canary-0123456789';
const CASE: ApiProviderCase = {
  module: hetzner,
  options: { token: HETZNER_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [HETZNER_TOKEN, WRONG],
  emulate: emulateHetzner,
  limits: [{ most: 3600, withinMs: 3_600_000 }],
};

describeApiProvider('Hetzner', CASE);

describe('Hetzner: what is special', () => {
  const NAME = '_dmarc.free.example.test';
  const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
  const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
  const NONE = { values: [], ttl: null };
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(extras: HetznerExtras = {}): Promise<void> {
    lab = await startApiLab({ ...CASE, emulate: (zones) => emulateHetzner(zones, extras) });
    provider = lab.provider();
  }

  afterEach(async () => {
    await stopApiLab(lab);
  });

  async function swap(expected: TxtSet, next: TxtSet): Promise<WriteReceipt> {
    const zone = await provider.findZone(NAME, signal);
    return provider.replaceTxt(zone, NAME, { expected, next, changeId: 'c' }, signal);
  }

  /** Path ends and bodies of all writes. */
  function writes(): readonly unknown[] {
    return lab.emulator.calls
      .filter(({ method }) => method !== 'GET')
      .map(({ path, text }) => [path.split('/').at(-1), JSON.parse(text)]);
  }

  it('says which servers serve the zone', async () => {
    await start();
    expect(await provider.findZone(NAME, signal)).toEqual({
      id: '1',
      name: 'example.test',
      nameServers: ['hydrogen.ns.hetzner.com', 'oxygen.ns.hetzner.com', 'helium.ns.hetzner.de'],
    });
  });

  it('reads the default TTL of the zone where the set has none, and leaves it so', async () => {
    await start();
    lab.zones.replace(NAME, 'TXT', [RECORD], NO_TTL);
    const zone = await provider.findZone(NAME, signal);
    const found = await provider.readTxt(zone, NAME, signal);
    expect(found).toEqual({ values: [RECORD], ttl: ZONE_TTL });
    await swap(found, { values: [STRONGER], ttl: found.ttl });
    await swap({ values: [STRONGER], ttl: null }, { values: [RECORD], ttl: null });
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ value: RECORD, ttl: NO_TTL }]);
    expect(writes().map((write) => (write as unknown[])[0])).toEqual(['set_records', 'set_records']);
  });

  it('changes a TTL by an action of its own, and the record once that has ended', async () => {
    await start();
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    await swap({ values: [RECORD], ttl: 3600 }, { values: [STRONGER], ttl: 300 });
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ value: STRONGER, ttl: 300 }]);
    expect(writes()).toEqual([
      ['change_ttl', { ttl: 300 }],
      ['set_records', { records: [{ value: quoteTxt(STRONGER) }] }],
    ]);
    const asked = lab.emulator.calls.map(({ path }) => path);
    expect(asked.lastIndexOf('/actions/1')).toBeLessThan(
      asked.findIndex((path) => path.endsWith('set_records')),
    );
  });

  it('waits for an action before which reading shows what stood there', async () => {
    await start({ shows: 'late' });
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    const { reference } = await swap({ values: [RECORD], ttl: 3600 }, { values: [STRONGER], ttl: 3600 });
    expect(lab.zones.txt(NAME)).toEqual([STRONGER]);
    expect(reference).toBe('1');
    expect(await provider.changeStatus('1', signal)).toBe('done');
  });

  it('an action that fails has changed nothing, and says why', async () => {
    await start({ failure: 'the backend is away', shows: 'late' });
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    const attempt = swap({ values: [RECORD], ttl: 3600 }, { values: [STRONGER], ttl: 3600 });
    await expect(attempt).rejects.toThrow('the backend is away');
    expect(await faultOf(attempt)).toEqual({ kind: 'transient', mayBeApplied: true });
    expect(lab.zones.txt(NAME)).toEqual([RECORD]);
    await expect(provider.changeStatus('1', signal)).rejects.toThrow('the backend is away');
    expect(await faultOf(provider.changeStatus('77', signal))).toEqual({ kind: 'unsupported' });
  });

  it('a question about an action that fails leaves it to reading what became of the write', async () => {
    await start({ shows: 'late', isForgetful: true });
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    const attempt = swap({ values: [RECORD], ttl: 3600 }, { values: [STRONGER], ttl: 3600 });
    expect(await faultOf(attempt)).toEqual({ kind: 'transient', mayBeApplied: true });
  });

  it('a protected record set is forbidden, with what to do', async () => {
    await start({ isProtected: (name) => name === NAME });
    lab.zones.replace(NAME, 'TXT', [RECORD], 3600);
    const attempt = swap({ values: [RECORD], ttl: 3600 }, { values: [STRONGER], ttl: 3600 });
    expect(await faultOf(attempt)).toEqual({ kind: 'forbidden' });
    await expect(attempt).rejects.toThrow(/switch the protection off/);
  });

  it.each([
    [401, 'token_readonly', 'forbidden'],
    [403, 'maintenance', 'transient'],
    [403, 'forbidden', 'forbidden'],
    [409, 'uniqueness_error', 'conflict'],
    [409, 'conflict', 'transient'],
    [423, 'locked', 'transient'],
    [422, 'invalid_input', 'unsupported'],
  ])('to a write, %i %s is %s', async (status, code, kind) => {
    await start();
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('write', { status, body: { error: { code, message: 'no', details: {} } } });
    const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'c' };
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toMatchObject({ kind });
  });

  it('a zone that is only copied from elsewhere is not written', async () => {
    await start({ secondary: ['example.test'] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    const zone = { id: '1', name: 'example.test', nameServers: null };
    await expect(provider.readTxt(zone, NAME, signal)).rejects.toThrow(/at its primary server/);
  });

  it('waits some seconds, not until its whole budget is back', async () => {
    await start();
    const zone = await provider.findZone(NAME, signal);
    const reset = String(Math.ceil(Date.now() / 1000) + 3600);
    const refused = { status: 429, headers: { 'ratelimit-reset': reset }, body: {} };
    lab.emulator.fail('any', refused, refused, refused);
    const fault = await faultOf(provider.readTxt(zone, NAME, signal));
    expect(fault).toEqual({ kind: 'rate-limited', retryAfterMs: 5000 });
  });

  it('a change that met another one was not made', async () => {
    await start();
    const zone = await provider.findZone(NAME, signal);
    const body = { error: { code: 'conflict', message: 'please retry' } };
    lab.emulator.fail('write', { status: 409, body });
    const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'c' };
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({
      kind: 'transient',
      mayBeApplied: false,
    });
  });

  it('keeps the notes beside records that stay', async () => {
    const comments = new Map([['somebody else', 'ask Kim before removing']]);
    await start({ comments });
    lab.zones.replace(NAME, 'TXT', [RECORD, 'somebody else'], 3600);
    await swap(
      { values: [RECORD, 'somebody else'], ttl: 3600 },
      { values: [STRONGER, 'somebody else'], ttl: 3600 },
    );
    expect(comments.get('somebody else')).toBe('ask Kim before removing');
  });
});
