import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { gandi } from '../../src/providers/gandi/module.js';
import { quoteTxt } from '../../src/providers/txt-codec.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { CONTRACT_ZONES, faultOf } from './dns-provider.contract.js';
import { emulateGandi, GANDI_TOKEN } from './emulators/gandi-account.js';

const WRONG = 'pat_another-canary-0123456789';
const CASE: ApiProviderCase = {
  module: gandi,
  options: { token: GANDI_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [GANDI_TOKEN, WRONG],
  emulate: emulateGandi,
  limits: [{ most: 1000, withinMs: 60_000 }],
};

describeApiProvider('Gandi', CASE);

describe('Gandi: what is special', () => {
  const NAME = '_dmarc.free.example.test';
  const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
  const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
  const NONE = { values: [], ttl: null };
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let provider: DnsProvider;

  async function start(zones: readonly string[]): Promise<void> {
    await lab?.emulator.stop();
    lab = await startApiLab(CASE, zones);
    provider = lab.provider();
  }

  beforeEach(async () => start(CONTRACT_ZONES));
  afterEach(async () => {
    await stopApiLab(lab);
  });

  it('finds a domain on the last of many pages and says which servers serve it', async () => {
    await start([...Array.from({ length: 240 }, (_, at) => `other-${at}.test`), 'example.test']);
    const zone = await provider.findZone('_dmarc.example.test', signal);
    expect(zone.name).toBe('example.test');
    expect(zone.nameServers).toEqual(['ns-12-a.gandi.net', 'ns-34-b.gandi.net', 'ns-56-c.gandi.net']);
    const pages = lab.emulator.calls
      .filter(({ path }) => path === '/domains')
      .map(({ query }) => query['page']);
    expect(pages).toEqual(['1', '2', '3']);
  });

  it('follows pages by the count alone when no link is given', async () => {
    lab.emulator.fail('any', {
      status: 200,
      headers: { 'total-count': '3' },
      body: [{ fqdn: 'first.test' }],
    });
    // The emulator's second page is empty: that ends the list.
    expect(await faultOf(provider.findZone('_dmarc.example.org', signal))).toEqual({
      kind: 'zone-not-found',
    });
    expect(lab.emulator.calls).toHaveLength(2);
  });

  it('a name without records is none only while its domain is there', async () => {
    const zone = await provider.findZone(NAME, signal);
    expect(await provider.readTxt(zone, NAME, signal)).toEqual(NONE);
    const gone = { id: 'example.org', name: 'example.org', nameServers: null };
    expect(await faultOf(provider.readTxt(gone, '_dmarc.example.org', signal))).toEqual({
      kind: 'zone-not-found',
    });
  });

  it('asks for the domain when the answer is an empty list, and refuses records of another name', async () => {
    const gone = { id: 'example.org', name: 'example.org', nameServers: null };
    lab.emulator.fail('any', { status: 200, body: [] });
    expect(await faultOf(provider.readTxt(gone, '_dmarc.example.org', signal))).toEqual({
      kind: 'zone-not-found',
    });
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body: [] });
    expect(await provider.readTxt(zone, NAME, signal)).toEqual(NONE);
    const other = { rrset_name: 'www', rrset_type: 'TXT', rrset_ttl: 900, rrset_values: ['"a"'] };
    lab.emulator.fail('any', { status: 200, body: [other] });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('puts one set and leaves the strings of another record as they were cut', async () => {
    lab.zones.replace(NAME, 'TXT', [RECORD, 'ab'], 900);
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.forgetCalls();
    const rrset_values = [quoteTxt(RECORD), '"a" "b"'];
    const rrset = { rrset_name: '_dmarc.free', rrset_type: 'TXT', rrset_ttl: 900, rrset_values };
    lab.emulator.fail('any', { status: 200, body: [rrset] });
    const change = {
      expected: { values: [RECORD, 'ab'], ttl: 900 },
      next: { values: [STRONGER, 'ab'], ttl: 900 },
      changeId: 'c',
    };
    await provider.replaceTxt(zone, NAME, change, signal);
    const put = lab.emulator.calls.find(({ method }) => method === 'PUT');
    expect(put?.path).toBe('/domains/example.test/records/_dmarc.free/TXT');
    expect(JSON.parse(put?.text ?? '{}')).toEqual({
      rrset_ttl: 900,
      rrset_values: [quoteTxt(STRONGER), '"a" "b"'],
    });
  });

  it('raises a TTL under five minutes', async () => {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected: NONE, next: { values: [RECORD], ttl: 60 }, changeId: 'c' };
    const { note } = await provider.replaceTxt(zone, NAME, change, signal);
    expect(note).toContain('TTL 300 (60 is not possible there)');
    expect(lab.zones.at(NAME, 'TXT')).toMatchObject([{ ttl: 300 }]);
  });

  it('says of a 403 that the token may have expired, and of a field what is wrong with it', async () => {
    const zone = await provider.findZone(NAME, signal);
    const body = {
      code: 403,
      message: 'Access was denied to this resource.',
      object: 'HTTPForbidden',
      cause: 'Forbidden',
    };
    lab.emulator.fail('any', { status: 403, body });
    await expect(provider.readTxt(zone, NAME, signal)).rejects.toThrow(/may have expired/);
    const errors = [{ location: 'body', name: 'rrset_values', description: 'bad value' }];
    lab.emulator.fail('write', { status: 400, body: { status: 'error', errors } });
    const change = { expected: NONE, next: { values: [RECORD], ttl: 300 }, changeId: 'c' };
    await expect(provider.replaceTxt(zone, NAME, change, signal)).rejects.toThrow('rrset_values: bad value');
  });
});
