import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuthoritativeObserver } from '../../src/dns/authoritative-observer.js';
import { startBind } from '../lab/bind.js';
import type { RecordPlace } from '../../src/core/rollout/record-place.js';
import type { ObservedEverywhere } from '../../src/ports/record-observer.js';
import type { BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { startScriptedDns } from '../lab/dns-server.js';
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
  /** Serves the zone above alone, at 127.0.0.3. */
  let above: BindLab;
  let aboveRelay: Relay;

  beforeAll(async () => {
    const records = [
      `_dmarc TXT "${RECORD}"`,
      '_dmarc TXT "not ours"',
      '_dmarc.two TXT "v=DMARC1; p=none"',
      '_dmarc.two TXT "v=DMARC1; p=reject"',
      '_dmarc.alias CNAME elsewhere.example.net.',
      '_dmarc.to-half CNAME _dmarc.half.test.',
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
    const delegations = [
      '@ NS a',
      'a A 127.0.0.3',
      ...['example', 'half', 'unreached', 'split'].flatMap((zone) => [
        `${zone} NS ns1.${zone}`,
        `ns1.${zone} A 127.0.0.1`,
      ]),
      'example NS ns2.example',
      'ns2.example A 127.0.0.2',
      'unreached NS ns2.unreached',
      // Whom the zone above alone names; it does not serve the zone.
      'split NS a',
      'alone.split A 127.0.0.1',
    ];
    above = await startBind({ zones: [{ name: 'test', records: delegations }] });
    one = await startBind({
      zones: [
        { name: 'test', records: ['@ NS a', 'a A 127.0.0.3', 'example NS ns1.example'] },
        { name: 'split.test', records: [`_dmarc TXT "${RECORD}"`, '@ NS ns2', 'ns2 A 127.0.0.1'] },
        { name: 'example.test', records },
        { name: 'half.test', records: halfReached },
        { name: 'unreached.test', records: unreached },
      ],
    });
    two = await startBind({ zones: [{ name: 'example.test', records }] });
    relay = await startRelay({ host: '127.0.0.2', port: one.port, target: two });
    aboveRelay = await startRelay({ host: '127.0.0.3', port: one.port, target: above });
  });

  afterAll(async () => {
    await relay?.stop();
    await aboveRelay?.stop();
    await above?.stop();
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

  function at(domain: string, patch: Partial<RecordPlace> = {}): RecordPlace {
    return { domain, alias: null, verify: 'authoritative', ...patch };
  }

  async function everywhere(place: RecordPlace): Promise<ObservedEverywhere> {
    return observer([]).observe(place, new AbortController().signal);
  }

  async function see(domain: string, servers: readonly string[] = [`127.0.0.1:${one.port}`]) {
    return (await observer(servers).observe(at(domain), new AbortController().signal)).observation;
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
    const seen = await observer([]).observe(at('example.test'), new AbortController().signal);
    expect(seen.observation.kind).toBe('record');
    expect(seen.servers.map((view) => view.server)).toEqual([
      'ns1.example.test (127.0.0.1)',
      'ns2.example.test (127.0.0.2)',
    ]);
  });

  it('shows who names each server, and how old its copy is', async () => {
    const { servers } = await everywhere(at('example.test'));
    expect(servers).toMatchObject([
      { nameServer: 'ns1.example.test', address: '127.0.0.1', namedBy: 'both', serial: 1 },
      { nameServer: 'ns2.example.test', address: '127.0.0.2', namedBy: 'both', serial: 1 },
    ]);
    expect(
      servers.every(({ kind, name }) => kind === 'authoritative' && name === '_dmarc.example.test'),
    ).toBe(true);
  });

  it('asks servers that the zone above or the zone alone names; a lame one is unknown', async () => {
    const seen = await everywhere(at('split.test'));
    expect(seen.servers.map((view) => [view.nameServer, view.namedBy, view.observation.kind])).toEqual([
      ['a.test', 'parent', 'unknown'],
      ['ns1.split.test', 'both', 'record'],
      ['ns2.split.test', 'child', 'record'],
    ]);
    expect(seen.servers[0]).toMatchObject({
      serial: null,
      observation: { reason: expect.stringContaining('does not speak for this zone') },
    });
    expect(seen.observation.kind).toBe('unknown');
  });

  it('asks the next server of the zone above when one is silent', async () => {
    aboveRelay.mode = 'swallow';
    try {
      expect((await everywhere(at('half.test'))).observation.kind).toBe('record');
    } finally {
      aboveRelay.mode = 'forward';
    }
  });

  it('a family of addresses that this host can not reach is no silent server', async () => {
    const half = await observer([]).observe(at('half.test'), new AbortController().signal);
    expect(half.observation.kind).toBe('record');
    expect(half.servers.map((view) => view.observation.kind)).toEqual(['record', 'unknown']);
    const unreached = await observer([]).observe(at('unreached.test'), new AbortController().signal);
    expect(unreached.observation).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('ns2') });
  });

  it.each<[RecordPlace['verify'], readonly string[]]>([
    ['authoritative', ['authoritative', 'authoritative']],
    ['recursive', ['recursive']],
    ['both', ['authoritative', 'authoritative', 'recursive']],
  ])('asks whom the domain wants asked: %s', async (verify, kinds) => {
    const seen = await everywhere(at('example.test', { verify }));
    expect(seen.servers.map(({ kind }) => kind)).toEqual(kinds);
    expect(seen.observation).toMatchObject({ kind: 'record', text: RECORD });
  });

  it('a resolver that still remembers the old record makes both disagree', async () => {
    const stale = await startScriptedDns(() => ({
      answers: [{ type: 'TXT', name: '_dmarc.example.test', ttl: 60, data: ['v=DMARC1; p=reject'] }],
    }));
    try {
      const asked = new AuthoritativeObserver({
        resolvers: [`127.0.0.1:${stale.port}`],
        authorities: [{ zone: 'example.test', servers: [`127.0.0.1:${one.port}`] }],
        timeoutMs: 300,
        tries: 1,
        port: one.port,
      });
      const { signal } = new AbortController();
      const seen = await asked.observe(at('example.test', { verify: 'both' }), signal);
      expect(seen.observation).toEqual({ kind: 'disagree', texts: [RECORD, 'v=DMARC1; p=reject'] });
      const cached = await asked.observe(at('example.test', { verify: 'recursive' }), signal);
      expect(cached.observation).toMatchObject({ kind: 'record', text: 'v=DMARC1; p=reject', ttl: 60 });
    } finally {
      await stale.stop();
    }
  });

  it.each<[RecordPlace['verify'], string, unknown]>([
    ['authoritative', 'to-half.example.test', { kind: 'record', text: RECORD }],
    ['both', 'to-half.example.test', { kind: 'record', text: RECORD }],
    ['recursive', 'to-half.example.test', { kind: 'record', text: RECORD }],
    ['authoritative', 'alias.example.test', { kind: 'cname', target: 'elsewhere.example.net' }],
    ['recursive', 'alias.example.test', { kind: 'cname', target: 'elsewhere.example.net' }],
    ['authoritative', 'empty.example.test', { kind: 'no-alias', wanted: '_dmarc.half.test', texts: [] }],
    ['recursive', 'empty.example.test', { kind: 'no-alias', wanted: '_dmarc.half.test', texts: [] }],
    ['authoritative', 'split.example.test', { kind: 'no-alias', texts: ['v=DMARC1; p=quarantine'] }],
    ['both', 'other.example.test', { kind: 'no-alias', texts: ['v=dmarc1; p=none'] }],
  ])('%s, where an alias is wanted, %s: %j', async (verify, domain, expected) => {
    const seen = await everywhere(at(domain, { verify, alias: '_dmarc.Half.test' }));
    expect(seen.observation).toMatchObject(expected as object);
  });

  it('an alias is asked for at its own servers, and the record at those that it leads to', async () => {
    const { servers } = await everywhere(at('to-half.example.test', { alias: '_dmarc.half.test' }));
    expect(servers.map(({ name, nameServer, observation }) => [name, nameServer, observation.kind])).toEqual([
      ['_dmarc.to-half.example.test', 'ns1.example.test', 'cname'],
      ['_dmarc.to-half.example.test', 'ns2.example.test', 'cname'],
      ['_dmarc.half.test', 'ns1.half.test', 'record'],
      ['_dmarc.half.test', 'ns1.half.test', 'unknown'],
    ]);
  });

  it('says so when two servers differ, and again when they are one', async () => {
    const changed = 'v=DMARC1; p=quarantine; rua=mailto:d@example.test';
    await one.write('_dmarc.example.test', [changed]);
    const differ = await observer([]).observe(at('example.test'), new AbortController().signal);
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
      const seen = await observer([]).observe(at('nothing.example.test'), new AbortController().signal);
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
    const seen = await lame.observe(at('example.org'), new AbortController().signal);
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
    const seen = await blind.observe(at('example.test'), new AbortController().signal);
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
      const seen = observer([`127.0.0.2:${relay.port}`]).observe(at('example.test'), abort.signal);
      abort.abort(new Error('enough'));
      await expect(seen).rejects.toThrow('enough');
    } finally {
      relay.mode = 'forward';
    }
  });
});
