import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuthoritativeObserver } from '../../src/dns/authoritative-observer.js';
import { startBind } from '../lab/bind.js';
import type { BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { freePort } from '../lab/free-port.js';
import { startRelay } from '../lab/relay.js';
import type { Relay } from '../lab/relay.js';

const RECORD = 'v=DMARC1; p=none; rua=mailto:d@example.test';
const LONG = `${RECORD}; x=${'a'.repeat(2000)}`;

describeWith(['bind9', 'bind9-dnsutils'], 'AuthoritativeObserver', () => {
  let one: BindLab;
  let two: BindLab;
  /** The second server, at 127.0.0.2 and the first one's port. */
  let relay: Relay;

  beforeAll(async () => {
    const records = [
      `_dmarc TXT "${RECORD}"`,
      '_dmarc TXT "not ours"',
      '_dmarc.two TXT "v=DMARC1; p=none"',
      '_dmarc.two TXT "v=DMARC1; p=reject"',
      '_dmarc.alias CNAME elsewhere.example.net.',
      '_dmarc.other TXT "v=dmarc1; p=none"',
      '_dmarc.empty A 127.0.0.1',
      `_dmarc.long 600 TXT ${LONG.match(/.{1,200}/g)!
        .map((part) => `"${part}"`)
        .join(' ')}`,
      '_dmarc.split 300 TXT "v=DMARC1; p=qua" "rantine"',
      'ns2 A 127.0.0.2',
      '@ NS ns2',
      'bare NS nowhere.example.test.',
    ];
    // No host can send to a link-local address without naming the link: the stand-in for "no IPv6 here".
    const halfReached = [`_dmarc TXT "${RECORD}"`, 'ns1 AAAA fe80::1'];
    const unreached = [...halfReached, '@ NS ns2', 'ns2 AAAA fe80::2'];
    one = await startBind({
      zones: [
        { name: 'example.test', records },
        { name: 'half.test', records: halfReached },
        { name: 'unreached.test', records: unreached },
      ],
    });
    two = await startBind({ zones: [{ name: 'example.test', records }] });
    relay = await startRelay({ host: '127.0.0.2', port: one.port, target: two });
  });

  afterAll(async () => {
    await relay?.stop();
    await one?.stop();
    await two?.stop();
  });

  function observer(servers: readonly string[], resolvers: readonly string[] = []): AuthoritativeObserver {
    return new AuthoritativeObserver({
      resolvers: resolvers.length > 0 ? resolvers : [`127.0.0.1:${one.port}`],
      authorities:
        servers.length > 0
          ? [
              { zone: 'test', servers: [] },
              { zone: 'example.test.', servers },
            ]
          : [],
      timeoutMs: 300,
      tries: 1,
      port: one.port,
    });
  }

  async function see(domain: string, servers: readonly string[] = [`127.0.0.1:${one.port}`]) {
    return (await observer(servers).observe(domain, new AbortController().signal)).observation;
  }

  it('reads the one record, its TTL, and what else stands at the name', async () => {
    expect(await see('Example.TEST.')).toEqual({
      kind: 'record',
      text: RECORD,
      ttl: 300,
      others: ['not ours'],
    });
  });

  it.each([
    ['two.example.test', { kind: 'several-records', texts: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] }],
    ['alias.example.test', { kind: 'cname', target: 'elsewhere.example.net' }],
    ['other.example.test', { kind: 'absent', others: ['v=dmarc1; p=none'] }],
    ['empty.example.test', { kind: 'absent' }],
    ['nothing.example.test', { kind: 'absent' }],
    ['split.example.test', { kind: 'record', text: 'v=DMARC1; p=quarantine', ttl: 300, others: [] }],
  ])('%s: %j', async (domain, expected) => {
    const observation = await see(domain);
    const sorted =
      'texts' in observation ? { ...observation, texts: observation.texts.toSorted() } : observation;
    expect(sorted).toEqual(expected);
  });

  it('goes to TCP for an answer that no datagram holds', async () => {
    expect(await see('long.example.test')).toEqual({ kind: 'record', text: LONG, ttl: 600, others: [] });
  });

  it('finds the zone, its name servers and their addresses by itself', async () => {
    const seen = await observer([]).observe('example.test', new AbortController().signal);
    expect(seen.observation.kind).toBe('record');
    expect(seen.servers.map((view) => view.server)).toEqual([
      'ns1.example.test (127.0.0.1)',
      'ns2.example.test (127.0.0.2)',
    ]);
  });

  it('a family of addresses that this host can not reach is no silent server', async () => {
    const half = await observer([]).observe('half.test', new AbortController().signal);
    expect(half.observation.kind).toBe('record');
    expect(half.servers.map((view) => view.observation.kind)).toEqual(['record', 'unknown']);
    const unreached = await observer([]).observe('unreached.test', new AbortController().signal);
    expect(unreached.observation).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('ns2') });
  });

  it('says so when two servers differ, and again when they are one', async () => {
    const changed = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
    await one.write('_dmarc.example.test', [changed]);
    const differ = await observer([]).observe('example.test', new AbortController().signal);
    expect(differ.observation).toEqual({ kind: 'disagree', texts: [changed, RECORD] });
    expect(differ.servers.map((view) => view.observation.kind)).toEqual(['record', 'record']);
    await two.write('_dmarc.example.test', [changed]);
    expect(await see('example.test', [`127.0.0.1:${one.port}`, `127.0.0.2:${relay.port}`])).toEqual({
      kind: 'record',
      text: changed,
      ttl: 300,
      others: [],
    });
  });

  it('a frozen server makes it unknown, never absent', async () => {
    relay.mode = 'swallow';
    try {
      const seen = await observer([]).observe('nothing.example.test', new AbortController().signal);
      expect(seen.observation).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('ns2') });
      expect(seen.servers[0]!.observation).toEqual({ kind: 'absent' });
    } finally {
      relay.mode = 'forward';
    }
  });

  it('a server that is gone, or serves another zone, is unknown', async () => {
    const gone = await see('example.test', [`127.0.0.1:${await freePort()}`]);
    expect(gone).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('ECONNREFUSED') });
    const lame = new AuthoritativeObserver({
      resolvers: [],
      authorities: [{ zone: 'example.org', servers: [`127.0.0.1:${one.port}`] }],
      timeoutMs: 500,
      tries: 1,
      port: 53,
    });
    const seen = await lame.observe('example.org', new AbortController().signal);
    expect(seen.observation).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('REFUSED') });
  });

  it('a delegation is no answer', async () => {
    expect(await see('bare.example.test')).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('does not speak for this zone'),
    });
  });

  it('no resolver that answers is unknown', async () => {
    const blind = observer([], [`127.0.0.1:${await freePort()}`]);
    const seen = await blind.observe('example.test', new AbortController().signal);
    expect(seen).toMatchObject({ observation: { kind: 'unknown' }, servers: [] });
  });

  it('an impossible name is unknown', async () => {
    expect(await see(`${'a'.repeat(70)}.example.test`)).toMatchObject({ kind: 'unknown' });
    expect(await see('a..example.test')).toMatchObject({ kind: 'unknown' });
  });

  it('gives up with the reason of the abort', async () => {
    relay.mode = 'swallow';
    try {
      const abort = new AbortController();
      const seen = observer([`127.0.0.2:${relay.port}`]).observe('example.test', abort.signal);
      abort.abort(new Error('enough'));
      await expect(seen).rejects.toThrow('enough');
    } finally {
      relay.mode = 'forward';
    }
  });
});
