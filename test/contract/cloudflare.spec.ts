import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DnsProvider, TxtSet } from '../../src/ports/dns-provider.js';
import { cloudflare } from '../../src/providers/cloudflare/module.js';
import type { ApiReply } from '../lab/api-emulator.js';
import { describeApiProvider, startApiLab, stopApiLab } from './api-provider.contract.js';
import type { ApiLab, ApiProviderCase } from './api-provider.contract.js';
import { faultOf } from './dns-provider.contract.js';
import {
  CLOUDFLARE_TOKEN,
  emulateCloudflare,
  refusal,
  zoneEntry,
  zoneId,
} from './emulators/cloudflare-account.js';
import type { CloudflareAccount, CloudflareExtras } from './emulators/cloudflare-account.js';

const WRONG = 'cf-wrong-0123456789-abcdefghijklmnop-XYZ';

const CASE: ApiProviderCase = {
  module: cloudflare,
  options: { token: CLOUDFLARE_TOKEN },
  wrongOptions: { token: WRONG },
  secrets: [CLOUDFLARE_TOKEN, WRONG],
  emulate: (zones) => emulateCloudflare({ zones }),
  limits: [{ most: 1200, withinMs: 300_000 }],
};

describeApiProvider('Cloudflare', CASE);

const NAME = '_dmarc.example.test';
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const STRONGER = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
const OTHER = 'b'.repeat(32);

describe('Cloudflare', () => {
  const signal = new AbortController().signal;
  let lab: ApiLab;
  let extras: Map<string, CloudflareExtras>;
  let provider: DnsProvider;

  async function start(
    account: Omit<CloudflareAccount, 'zones'> = {},
    zones?: readonly string[],
  ): Promise<void> {
    await lab?.emulator.stop();
    const emulate: ApiProviderCase['emulate'] = (all) =>
      emulateCloudflare({ zones: all, extras, ...account });
    lab = await startApiLab({ ...CASE, emulate }, zones);
    provider = lab.provider();
  }

  beforeEach(async () => {
    extras = new Map();
    await start();
  });
  afterEach(async () => stopApiLab(lab));

  async function read(name = NAME): Promise<TxtSet> {
    return provider.readTxt(await provider.findZone(name, signal), name, signal);
  }

  async function swap(expected: TxtSet, values: readonly string[], ttl = expected.ttl): Promise<string> {
    const zone = await provider.findZone(NAME, signal);
    const change = { expected, next: { values, ttl }, changeId: 'change-1' };
    return (await provider.replaceTxt(zone, NAME, change, signal)).note;
  }

  /** A record that somebody made, with what the API keeps beside it. */
  function standing(value: string, kept: Partial<CloudflareExtras> = {}, ttl = 300): string {
    const { id } = lab.zones.add('example.test', NAME, 'TXT', value, ttl);
    extras.set(id, { comment: null, tags: [], automatic: false, bare: false, ...kept });
    return id;
  }

  function lastBody(): unknown {
    return JSON.parse(lab.emulator.calls.findLast((call) => call.method !== 'GET')?.text ?? 'null');
  }

  it('keeps an automatic TTL automatic, and what else belongs to the record', async () => {
    const kept = { comment: 'mail team', tags: ['owner:mail'], automatic: true };
    const id = standing(RECORD, kept);
    expect(await read()).toEqual({ values: [RECORD], ttl: 300 });
    await swap({ values: [RECORD], ttl: 300 }, [STRONGER]);
    expect(lastBody()).toEqual({ type: 'TXT', name: NAME, content: `"${STRONGER}"`, ttl: 1 });
    expect(extras.get(id)).toEqual({ ...kept, bare: false });
    expect(lab.zones.byId(id)?.value).toBe(STRONGER);
    expect(await read()).toEqual({ values: [STRONGER], ttl: 300 });
  });

  it('sets another TTL when one is wanted, and leaves one below the least where it stands', async () => {
    standing(RECORD, {}, 300);
    expect(await swap({ values: [RECORD], ttl: 300 }, [STRONGER], 10)).toMatch(/TTL 60 \(10 is not possible/);
    expect((await read()).ttl).toBe(60);
  });

  it.each<[string, string]>([
    ['bare', RECORD],
    ['bare with quotes inside', 'v=DMARC1; p=none; x="y"'],
    ['bare beyond ASCII', 'v=DMARC1; p=none; x=é'],
  ])('reads content that was stored %s', async (_title, stored) => {
    const value = Buffer.from(stored).toString('latin1');
    standing(stored, { bare: true });
    expect((await read()).values).toEqual([value]);
    await swap({ values: [value], ttl: 300 }, [STRONGER]);
    expect(lab.zones.txt(NAME)).toEqual([STRONGER]);
  });

  it.each<[string, string]>([
    ['several strings', `"${RECORD.slice(0, 20)}" "${RECORD.slice(20)}"`],
    ['strings without a space between', `"${RECORD.slice(0, 20)}""${RECORD.slice(20)}"`],
    ['needless escapes', `"${RECORD.replace('; p', String.raw`\; \112`)}"`],
  ])('joins %s', async (_title, content) => {
    standing(content, { bare: true });
    expect((await read()).values).toEqual([RECORD]);
  });

  it.each(['"v=DMARC1; p=none', '"v=DMARC1" p=none', '"v=DMARC1\\'])(
    'refuses content %s',
    async (content) => {
      standing(content, { bare: true });
      expect(await faultOf(read())).toEqual({ kind: 'malformed' });
    },
  );

  it('carries 4,080 bytes and refuses more before it asks', async () => {
    const value = 'v=DMARC1; p=none; x='.padEnd(4080, '0123456789');
    await swap({ values: [], ttl: null }, [value], 300);
    expect(lab.zones.txt(NAME)).toEqual([value]);
    lab.emulator.forgetCalls();
    expect(await faultOf(swap({ values: [value], ttl: 300 }, [`${value}x`]))).toEqual({
      kind: 'unsupported',
    });
    expect(lab.emulator.calls.every((call) => call.path === '/zones')).toBe(true);
  });

  it('finds a record behind the first page', async () => {
    for (let at = 0; at < 120; at += 1) lab.zones.add('example.test', NAME, 'TXT', `n${at}`, 300);
    standing(RECORD);
    const found = await read();
    expect(found.values).toHaveLength(121);
    await swap(
      found,
      found.values.map((value) => (value === RECORD ? STRONGER : value)),
    );
    expect(lab.zones.txt(NAME)).toContain(STRONGER);
    expect(lab.zones.txt(NAME)).toHaveLength(121);
  });

  it('asks nothing about a name of another zone', async () => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.forgetCalls();
    const other = '_dmarc.example.org';
    expect(await faultOf(provider.readTxt(zone, other, signal))).toEqual({ kind: 'unsupported' });
    expect(lab.emulator.calls).toEqual([]);
  });

  it('takes nothing for our record that stands at another name, whatever the filter did', async () => {
    await start({ ignoresFilter: true });
    expect(await read()).toEqual({ values: [], ttl: null });
    await swap({ values: [], ttl: null }, [RECORD], 300);
    expect(await read()).toEqual({ values: [RECORD], ttl: 300 });
  });

  const EMPTY = { result: [], success: true, errors: [], messages: [] };
  it.each<[string, unknown]>([
    ['nothing of one', { ...EMPTY, result_info: { per_page: 100, total_count: 1 } }],
    ['no page info', EMPTY],
    ['no result', { ...EMPTY, result: null, result_info: { per_page: 100, total_count: 0 } }],
    ['no success', { ...EMPTY, success: false, result_info: { per_page: 100, total_count: 0 } }],
  ])('an answer with %s is never "no record"', async (_title, body) => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', { status: 200, body });
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it.each<[string, ApiReply, string]>([
    ['a token it cannot read', refusal(400, 6003, 'Invalid request headers'), 'auth'],
    ['a token it does not know', refusal(403, 9109, 'Invalid access token'), 'auth'],
    ['a token that may not', refusal(403, 9109, 'Unauthorized to access requested resource'), 'forbidden'],
    ['a token for another zone', refusal(403, 10_000, 'Authentication error'), 'forbidden'],
    ['a zone that is gone', refusal(404, 7003, 'Could not route to /zones/x'), 'zone-not-found'],
    ['what it does not want', refusal(400, 1004, 'DNS Validation Error'), 'unsupported'],
  ])('tells %s apart', async (_title, reply, kind) => {
    const zone = await provider.findZone(NAME, signal);
    lab.emulator.fail('any', reply);
    expect(await faultOf(provider.readTxt(zone, NAME, signal))).toEqual({ kind });
  });

  it.each<[string, ApiReply, readonly string[]]>([
    ['the record went before it was changed', refusal(404, 81_044, 'Record does not exist.'), [RECORD]],
    ['the same one came before it was made', refusal(400, 81_058, 'An identical record already exists.'), []],
  ])('%s: a conflict, with what stands there', async (_title, reply, before) => {
    before.forEach((value) => standing(value));
    lab.emulator.fail('write', reply);
    const expected = { values: before, ttl: before.length === 0 ? null : 300 };
    expect(await faultOf(swap(expected, [STRONGER], 300))).toEqual({ kind: 'conflict', observed: expected });
    expect(lab.emulator.calls.filter((call) => call.method !== 'GET')).toHaveLength(1);
  });

  it('a change of two records that breaks off after the first shows what stands there', async () => {
    standing(RECORD);
    lab.emulator.fail('write', 'lose-after');
    const outcome = swap({ values: [RECORD], ttl: 300 }, [STRONGER, 'second']);
    const observed = { values: [STRONGER], ttl: 300 };
    expect(await faultOf(outcome)).toEqual({ kind: 'conflict', observed });
    expect(lab.zones.txt(NAME)).toEqual([STRONGER]);
  });

  it('finds zones with a token of their own', async () => {
    const zoneToken = 'z'.repeat(40);
    await start({ zoneToken });
    expect(await faultOf(read())).toEqual({ kind: 'auth' });
    provider = lab.provider({ zoneToken });
    expect((await provider.findZone(NAME, signal)).id).toBe(zoneId('example.test'));
    expect(await read()).toEqual({ values: [], ttl: null });
    expect(await provider.check(signal)).toMatchObject({ ok: true });
  });

  it('names the servers of a zone, those of its own name, too', async () => {
    await start({ listed: [zoneEntry('example.test', { vanity: ['NS1.example.test'] })] });
    expect((await provider.findZone(NAME, signal)).nameServers).toEqual([
      'ada.ns.cloudflare.com',
      'bob.ns.cloudflare.com',
      'ns1.example.test',
    ]);
  });

  it.each([
    ['pending', 'full'],
    ['moved', 'full'],
    ['active', 'partial'],
    ['active', 'secondary'],
  ])('does not use a zone that is %s and %s', async (status, type) => {
    await start({ listed: [zoneEntry('example.test', { status, type })] });
    const error: unknown = await provider.findZone(NAME, signal).catch((reason: unknown) => reason);
    expect(await faultOf(Promise.reject(error))).toEqual({ kind: 'unsupported' });
    expect(String(error)).toContain(`is ${status} and of type ${type}`);
  });

  it.each(['xn--mnchen-3ya.test', 'münchen.test'])('finds a zone that is listed as %s', async (name) => {
    await start({ listed: [zoneEntry(name)] }, [name]);
    const zone = await provider.findZone('_dmarc.xn--mnchen-3ya.test', signal);
    expect([zone.id, zone.name]).toEqual([zoneId(name), 'xn--mnchen-3ya.test']);
    expect(await provider.check(signal)).toMatchObject({ ok: true });
  });

  it('looks past a zone that is not served to the one above it', async () => {
    await start({
      listed: [zoneEntry('sub.example.test', { status: 'pending' }), zoneEntry('example.test')],
    });
    expect((await provider.findZone('_dmarc.sub.example.test', signal)).name).toBe('example.test');
  });

  it('refuses to choose between two accounts, and takes the one that is named', async () => {
    const twin = zoneEntry('example.test', { id: 'c'.repeat(32), account: OTHER });
    const waiting = zoneEntry('example.test', { id: 'd'.repeat(32), status: 'pending' });
    await start({ listed: [zoneEntry('example.test'), twin, waiting] });
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'unsupported' });
    provider = lab.provider({ account: OTHER });
    expect((await provider.findZone(NAME, signal)).id).toBe(twin.id);
  });

  it('its check says that a token sees no zone', async () => {
    await start({ listed: [] });
    const { ok, message } = await provider.check(signal);
    expect([ok, message]).toEqual([false, 'the token sees no zone; it needs Zone:Read']);
  });
});
