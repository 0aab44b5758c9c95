import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { desec } from '../../src/providers/desec/module.js';
import { quoteTxt } from '../../src/providers/txt-codec.js';
import type { ApiCall, ApiEmulator } from '../lab/api-emulator.js';
import type { EmulatedZones } from '../lab/emulated-zones.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { CONTRACT_ZONES, faultOf } from './dns-provider.contract.js';
import { DESEC_TOKEN, emulateDesec, NOT_FOUND } from './emulators/desec-account.js';

const WRONG = 'another-canary-0123456789';
const CASE: ApiProviderCase = {
  module: desec,
  options: { token: DESEC_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [DESEC_TOKEN, WRONG],
  emulate: emulateDesec,
  limits: [
    { most: 50, withinMs: 60_000, kindOf: ({ method }) => (method === 'GET' ? 'reads' : null) },
    ...[
      [15, 60_000],
      [100, 3_600_000],
    ].map(([most = 0, withinMs = 0]) => ({
      most,
      withinMs,
      kindOf: ({ method, path }: ApiCall) => (method === 'GET' ? null : (path.split('/')[2] ?? '')),
    })),
  ],
};

describeApiProvider('deSEC', CASE);

describe('deSEC: what is special', () => {
  const NAME = '_dmarc.free.example.test';
  const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
  const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
  const NONE = { values: [], ttl: null };
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let zones: EmulatedZones;
  let emulator: ApiEmulator;
  let provider: DnsProvider;

  beforeEach(async () => {
    lab = await startApiLab(CASE, [...CONTRACT_ZONES, '_dmarc.customer.test']);
    ({ zones, emulator } = lab);
    provider = lab.provider();
  });
  afterEach(async () => {
    await stopApiLab(lab);
  });

  it('finds the domain by one question and says which servers its own NS records name', async () => {
    const zone = await provider.findZone('_dmarc.a.sub.example.test', signal);
    expect(zone).toEqual({
      id: 'sub.example.test',
      name: 'sub.example.test',
      nameServers: ['ns1.provider.test'],
    });
    expect(emulator.calls.map(({ path }) => path)).toEqual([
      '/domains/',
      '/domains/sub.example.test/rrsets/@/NS/',
    ]);
  });

  it('creates by POST, which refuses what stands there already', async () => {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: NONE, next: { values: [RECORD], ttl: null }, changeId: 'c' };
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(emulator.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
    emulator.forgetCalls();
    zones.remove(zones.at(NAME));
    // Between reading and writing somebody else creates it.
    emulator.fail('write', {
      status: 400,
      body: { non_field_errors: ['Another RRset with the same subdomain and type exists for this domain.'] },
    });
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toEqual({
      kind: 'conflict',
      observed: NONE,
    });
  });

  it('a record that is gone when it is changed is a conflict, not a missing zone', async () => {
    zones.replace(NAME, 'TXT', [RECORD], 3600);
    const zone = await provider.findZone(NAME, signal);
    emulator.fail('write', NOT_FOUND);
    const change = {
      expected: { values: [RECORD], ttl: 3600 },
      next: { values: [STRONGER], ttl: 3600 },
      changeId: 'c',
    };
    expect(await faultOf(provider.replaceTxt(zone, NAME, change, signal))).toMatchObject({
      kind: 'conflict',
    });
  });

  it('keeps a TTL below the least by not sending it, and raises one for a new record', async () => {
    zones.replace(NAME, 'TXT', [RECORD], 60);
    const zone = await provider.findZone(NAME, signal);
    const change = {
      expected: { values: [RECORD], ttl: 60 },
      next: { values: [STRONGER], ttl: 60 },
      changeId: 'c',
    };
    await provider.replaceTxt(zone, NAME, change, signal);
    expect(zones.at(NAME, 'TXT')).toMatchObject([{ value: STRONGER, ttl: 60 }]);
    zones.remove(zones.at(NAME));
    const { note } = await provider.replaceTxt(
      zone,
      NAME,
      { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'c' },
      signal,
    );
    expect(note).toContain('TTL 3600 (300 is not possible there)');
  });

  it('writes at the apex of a zone that is delegated for it', async () => {
    const name = '_dmarc.customer.test';
    zones.remove(zones.at(name, 'TXT'));
    const zone = await provider.findZone(name, signal);
    expect(zone.name).toBe(name);
    const first = { expected: NONE, next: { values: [RECORD], ttl: null }, changeId: 'c' };
    await provider.replaceTxt(zone, name, first, signal);
    const second = {
      expected: { values: [RECORD], ttl: 3600 },
      next: { values: [STRONGER], ttl: null },
      changeId: 'c',
    };
    await provider.replaceTxt(zone, name, second, signal);
    expect(zones.txt(name)).toEqual([STRONGER]);
    expect(emulator.calls.at(-2)).toMatchObject({ method: 'PATCH', path: `/domains/${name}/rrsets/@/TXT/` });
  });

  it('leaves the strings of another record as they were cut', async () => {
    const zone = await provider.findZone(NAME, signal);
    zones.replace(NAME, 'TXT', [RECORD, 'x'], 3600);
    const cut = [{ subname: '_dmarc.free', type: 'TXT', ttl: 3600, records: [quoteTxt(RECORD), '"a" "b"'] }];
    emulator.fail('any', { status: 200, body: cut });
    const change = {
      expected: { values: [RECORD, 'ab'], ttl: 3600 },
      next: { values: [STRONGER, 'ab'], ttl: 3600 },
      changeId: 'c',
    };
    await provider.replaceTxt(zone, NAME, change, signal);
    const body: unknown = JSON.parse(emulator.calls.find(({ method }) => method === 'PATCH')?.text ?? '{}');
    expect(body).toEqual({ records: [quoteTxt(STRONGER), '"a" "b"'] });
  });
});
