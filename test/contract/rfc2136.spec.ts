import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rfc2136 } from '../../src/providers/rfc2136/module.js';
import { Rfc2136Options } from '../../src/providers/rfc2136/options.js';
import { Rfc2136Provider } from '../../src/providers/rfc2136/rfc2136-provider.js';
import { startBind } from '../lab/bind.js';
import type { BindLab, TsigKey } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { freePort } from '../lab/free-port.js';
import { startKnot } from '../lab/knot.js';
import { startPowerDns } from '../lab/powerdns.js';
import { startRelay } from '../lab/relay.js';
import { NEIGHBOURS, zoneSnapshot } from '../lab/zone-snapshot.js';
import { CONTRACT_ZONES, describeDnsProvider, faultOf } from './dns-provider.contract.js';
import type { DnsProviderLab } from './dns-provider.contract.js';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly key: TsigKey;
}

function optionsFor(server: Server, more: Partial<Rfc2136Options> = {}): Rfc2136Options {
  return Rfc2136Options.parse({
    server: server.host,
    port: server.port,
    keyName: server.key.name,
    keyAlgorithm: server.key.algorithm,
    keySecret: server.key.secret,
    timeoutMs: 5000,
    ...more,
  });
}

async function labOf(
  server: Server & Pick<DnsProviderLab, 'txt' | 'write' | 'stop'>,
  more: Partial<Rfc2136Options> = {},
): Promise<DnsProviderLab> {
  const relay = await startRelay({ host: '127.0.0.1', port: 0, target: server });
  relay.mode = 'swallow';
  return {
    provider: new Rfc2136Provider(optionsFor(server, more)),
    compare: 'server',
    wrongKey: new Rfc2136Provider(
      optionsFor(server, { ...more, keySecret: randomBytes(32).toString('base64') }),
    ),
    gone: new Rfc2136Provider(optionsFor(server, { ...more, port: await freePort() })),
    silent: new Rfc2136Provider(optionsFor(server, { ...more, port: relay.port, timeoutMs: 300 })),
    capabilities: rfc2136.descriptor.capabilities,
    txt: (fqdn) => server.txt(fqdn),
    snapshot: (but) => zoneSnapshot(server, CONTRACT_ZONES, but),
    write: (fqdn, values, ttl) => server.write(fqdn, values, ttl),
    async stop() {
      await relay.stop();
      await server.stop();
    },
  };
}

const ZONES = CONTRACT_ZONES.map((name) => ({
  name,
  records: [...NEIGHBOURS, 'locked 300 TXT "out of reach"', '_dmarc.alias 300 CNAME elsewhere.example.net.'],
  writable: [`_dmarc.${name}`, `*.free.${name}`, `_dmarc.alias.${name}`],
}));

for (const algorithm of ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const) {
  const signQueries = algorithm !== 'hmac-sha512';
  describeDnsProvider(
    `RFC 2136 with ${algorithm}, queries ${signQueries ? 'signed' : 'bare'}, on BIND`,
    async () => labOf(await startBind({ zones: ZONES, algorithm }), { signQueries }),
    (title, body) => describeWith(['bind9', 'bind9-dnsutils'], title, body),
  );
}

describeDnsProvider(
  'RFC 2136 on Knot',
  async () => ({ ...(await labOf(await startKnot({ zones: ZONES }))), doesCheckKey: false }),
  (title, body) => describeWith(['knot', 'bind9-dnsutils'], title, body),
);

describeDnsProvider(
  'RFC 2136 on PowerDNS',
  async () => labOf(await startPowerDns({ zones: ZONES })),
  (title, body) =>
    describeWith(['pdns-server', 'pdns-backend-sqlite3', 'sqlite3', 'bind9-dnsutils'], title, body),
);

describeWith(['bind9', 'bind9-dnsutils'], 'RFC 2136 on BIND', () => {
  let bind: BindLab;
  const signal = new AbortController().signal;
  const zone = { id: 'example.test', name: 'example.test', nameServers: null };
  const change = {
    expected: { values: [], ttl: null },
    next: { values: ['v=DMARC1; p=none'], ttl: 300 },
    changeId: 'change-1',
  };

  beforeAll(async () => {
    bind = await startBind({ zones: ZONES });
  });
  afterAll(async () => {
    await bind?.stop();
  });

  it('a name that the key may not write is forbidden', async () => {
    const provider = new Rfc2136Provider(optionsFor(bind));
    const fault = await faultOf(provider.replaceTxt(zone, '_dmarc.locked.example.test', change, signal));
    expect(fault).toEqual({ kind: 'forbidden' });
  });

  it('a zone that the server does not hold is not found', async () => {
    const provider = new Rfc2136Provider(optionsFor(bind));
    const foreign = { id: 'example.org', name: 'example.org', nameServers: null };
    const fault = await faultOf(provider.replaceTxt(foreign, '_dmarc.example.org', change, signal));
    expect(fault).toEqual({ kind: 'zone-not-found' });
  });

  it('an alias at the name is left alone', async () => {
    const provider = new Rfc2136Provider(optionsFor(bind));
    expect(await faultOf(provider.readTxt(zone, '_dmarc.alias.example.test', signal))).toEqual({
      kind: 'unsupported',
    });
    expect(await faultOf(provider.replaceTxt(zone, '_dmarc.alias.example.test', change, signal))).toEqual({
      kind: 'unsupported',
    });
  });

  it('C25 a clock that is an hour off is said to be that', async () => {
    const late = new Rfc2136Provider(optionsFor(bind), () => Date.now() - 3_600_000);
    const checked = await late.check(signal);
    expect(checked.ok).toBe(false);
    expect(checked.message).toMatch(/clocks .* differ by 3(599|600|601) seconds/);
    const fault = await faultOf(late.replaceTxt(zone, '_dmarc.example.test', change, signal));
    expect(fault).toEqual({ kind: 'auth' });
  });

  it('a key that the server never heard of is told apart', async () => {
    const stranger = new Rfc2136Provider(optionsFor(bind, { keyName: 'stranger' }));
    expect(await stranger.check(signal)).toMatchObject({
      ok: false,
      message: expect.stringContaining('BADKEY'),
    });
  });

  it('C15 an answer that is lost on the way leaves it open whether the record was written', async () => {
    const relay = await startRelay({ host: '127.0.0.1', port: 0, target: bind });
    relay.mode = 'lose-update-answers';
    try {
      const provider = new Rfc2136Provider(optionsFor(bind, { port: relay.port }));
      const fault = await faultOf(provider.replaceTxt(zone, '_dmarc.lost.free.example.test', change, signal));
      expect(fault).toEqual({ kind: 'transient', mayBeApplied: true });
      expect(await bind.txt('_dmarc.lost.free.example.test')).toEqual(['v=DMARC1; p=none']);
    } finally {
      await relay.stop();
    }
  });

  it('characters that are no bytes are refused before anything is sent', async () => {
    const provider = new Rfc2136Provider(optionsFor(bind));
    const wide = { ...change, next: { values: ['v=DMARC1; p=none; x=\u2019'], ttl: 300 } };
    expect(await faultOf(provider.replaceTxt(zone, '_dmarc.wide.free.example.test', wide, signal))).toEqual({
      kind: 'unsupported',
    });
  });

  it('an alias that comes between reading and writing is no place to write', async () => {
    const provider = new Rfc2136Provider(optionsFor(bind));
    const name = '_dmarc.between.free.example.test';
    expect(await provider.readTxt(zone, name, signal)).toEqual({ values: [], ttl: null });
    await bind.update([`update add ${name}. 300 CNAME elsewhere.example.net.`]);
    expect(await faultOf(provider.replaceTxt(zone, name, change, signal))).toEqual({ kind: 'unsupported' });
  });

  it('what a wildcard answers does not stand at the name', async () => {
    await bind.update(['update add *.free.example.test. 300 TXT "v=spf1 -all"']);
    const provider = new Rfc2136Provider(optionsFor(bind));
    const name = '_dmarc.covered.free.example.test';
    const expected = await provider.readTxt(zone, name, signal);
    expect(expected.values).toEqual(['v=spf1 -all']);
    const next = { values: ['v=spf1 -all', 'v=DMARC1; p=none'], ttl: 300 };
    const attempt = provider.replaceTxt(zone, name, { ...change, expected, next }, signal);
    await expect(attempt).rejects.toThrow('wildcard');
    await bind.update(['update delete *.free.example.test. TXT']);
  });

  it('C23 no error or check tells the secret', async () => {
    const secret = randomBytes(32).toString('base64');
    const wrong = new Rfc2136Provider(optionsFor(bind, { keySecret: secret }));
    const error: unknown = await wrong
      .replaceTxt(zone, '_dmarc.example.test', change, signal)
      .catch((e: unknown) => e);
    const told = [error, (error as Error).cause, await wrong.check(signal)].map(
      (thing) => `${String(thing)} ${JSON.stringify(thing)}`,
    );
    expect(told.join()).not.toContain(secret);
    expect(told.join()).not.toContain(secret.slice(0, 12));
  });
});
