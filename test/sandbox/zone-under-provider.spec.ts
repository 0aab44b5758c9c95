import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthoritativeObserver } from '../../src/dns/authoritative-observer.js';
import { Rfc2136Options } from '../../src/providers/rfc2136/options.js';
import { Rfc2136Provider } from '../../src/providers/rfc2136/rfc2136-provider.js';
import { startZone, type ZoneServer } from '../../src/sandbox/dns-zone.js';

const PLACE = { domain: 'shop.example', alias: null, verify: 'authoritative' } as const;
const NAME = '_dmarc.shop.example';
const NONE = 'v=DMARC1; p=none; rua=mailto:d@rua.example';
const REJECT = 'v=DMARC1; p=reject; rua=mailto:d@rua.example';
const KEY = {
  name: 'ratchet',
  algorithm: 'hmac-sha256',
  secret: 'c2FuZGJveC1zYW5kYm94LXNhbmRib3g=',
} as const;

let zone: ZoneServer;

beforeEach(async () => {
  zone = await startZone({ key: KEY, zones: [{ name: 'shop.example', txt: { [NAME]: NONE } }] });
});
afterEach(async () => zone.stop());

function provider(secret: string = KEY.secret): Rfc2136Provider {
  const server = { server: '127.0.0.1', port: zone.port, timeoutMs: 3000 };
  return new Rfc2136Provider(Rfc2136Options.parse({ ...server, keyName: KEY.name, keySecret: secret }));
}

function swap(expected: string, next: string): Parameters<Rfc2136Provider['replaceTxt']>[2] {
  const set = (value: string) => ({ values: [value], ttl: 3600 });
  return { expected: set(expected), next: set(next), changeId: 'c1' };
}

describe('the zone of the sandbox under the product’s own provider', () => {
  const signal = AbortSignal.timeout(20_000);

  it('knows its key, and no other', async () => {
    expect(await provider().check(signal)).toMatchObject({ ok: true });
    expect(await provider('d3Jvbmc=').check(signal)).toMatchObject({ ok: false });
  });

  it('is read, changed, and read again', async () => {
    const found = await provider().findZone(NAME, signal);
    expect(found.name).toBe('shop.example');
    expect(await provider().readTxt(found, NAME, signal)).toEqual({ values: [NONE], ttl: 3600 });
    await provider().replaceTxt(found, NAME, swap(NONE, REJECT), signal);
    expect(zone.texts(NAME)).toEqual([REJECT]);
    expect(await provider().readTxt(found, NAME, signal)).toEqual({ values: [REJECT], ttl: 3600 });
  });

  it('keeps what somebody else wrote', async () => {
    const found = await provider().findZone(NAME, signal);
    zone.setRecord(NAME, ['v=DMARC1; p=quarantine']);
    await expect(provider().replaceTxt(found, NAME, swap(NONE, REJECT), signal)).rejects.toMatchObject({
      fault: { kind: 'conflict' },
    });
    expect(zone.texts(NAME)).toEqual(['v=DMARC1; p=quarantine']);
  });

  it('speaks for itself to the observer', async () => {
    const servers = [`127.0.0.1:${zone.port}`];
    const observer = new AuthoritativeObserver({
      resolvers: servers,
      authorities: [{ zone: 'shop.example', servers }],
      timeoutMs: 2000,
      tries: 2,
      port: 53,
    });
    const seen = await observer.observe(PLACE, signal);
    expect(seen.observation).toMatchObject({ kind: 'record', text: NONE, ttl: 3600 });
    zone.setRecord(NAME, []);
    expect((await observer.observe(PLACE, signal)).observation).toEqual({ kind: 'absent' });
  });
});
