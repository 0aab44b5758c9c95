import type { Answer } from 'dns-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DnsAddressLookup } from '../../src/dns/dns-address-lookup.js';
import { RecursiveLookup } from '../../src/dns/recursive-lookup.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';
import { startScriptedDns, type Script, type ScriptedDns } from '../lab/dns-server.js';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const ZONE = 'asn.test';
const NOTHING = { names: [], claimedNames: [] };
const NO_NETWORK = { asn: null, asName: null };

function over(port: number, options = { ptr: true, asnZone: ZONE as string | null }): DnsAddressLookup {
  const lookup = new RecursiveLookup({ resolvers: [`127.0.0.1:${port}`], timeoutMs: 500, tries: 1 });
  return new DnsAddressLookup(lookup, options);
}

const soon = () => AbortSignal.timeout(10_000);

describeWith(['bind9'], 'DnsAddressLookup over BIND', () => {
  let bind: BindLab;
  let lookup: DnsAddressLookup;

  beforeAll(async () => {
    const nibbles = '0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0';
    bind = await startBind({
      zones: [
        {
          name: '113.0.203.in-addr.arpa',
          records: [
            '1 IN PTR mail.example.test.',
            '2 IN PTR forged.example.test.',
            '3 IN PTR mail.example.test.',
            '3 IN PTR Forged.Example.test.',
            '3 IN PTR gone.example.test.',
            '5 IN CNAME 5.0-127',
            '5.0-127 IN PTR classless.example.test.',
            '6 IN TXT "no PTR"',
            '7 IN PTR elsewhere.invalid.',
          ],
        },
        { name: '8.b.d.0.1.0.0.2.ip6.arpa', records: [`1.${nibbles} IN PTR mail.example.test.`] },
        {
          name: 'example.test',
          records: [
            'mail IN A 203.0.113.1',
            'mail IN A 203.0.113.3',
            'mail IN AAAA 2001:0db8:0:0::1',
            'forged IN A 198.51.100.1',
            'classless IN CNAME five',
            'five IN A 203.0.113.5',
          ],
        },
        {
          name: ZONE,
          records: [
            '1.113.0.203.origin IN TXT "64496 | 203.0.113.0/24 | ZZ | example | 2020-01-01"',
            '1.113.0.203.origin IN TXT "64497 | 203.0.0.0/16 | ZZ | example | 2020-01-01"',
            '2.113.0.203.origin IN TXT "64511 | 203.0.113.0/24 | ZZ | example | 2020-01-01"',
            `1.${nibbles}.8.b.d.0.1.0.0.2.origin6 IN TXT "64496 | 2001:db8::/32 | ZZ | example | 2020-01-01"`,
            'AS64496 IN TXT "64496 | ZZ | example | 2020-01-01 | EXAMPLE-AS" " Example, ZZ"',
          ],
        },
      ],
    });
    lookup = over(bind.port);
  });

  afterAll(() => bind.stop());

  it.each([
    ['a name that gives it back', '203.0.113.1', { names: ['mail.example.test'], claimedNames: [] }],
    ['a name of somebody else', '203.0.113.2', { names: [], claimedNames: ['forged.example.test'] }],
    [
      'several',
      '203.0.113.3',
      { names: ['mail.example.test'], claimedNames: ['forged.example.test', 'gone.example.test'] },
    ],
    ['no name', '203.0.113.4', NOTHING],
    ['a name behind an alias', '203.0.113.5', { names: ['classless.example.test'], claimedNames: [] }],
    ['something that is no name', '203.0.113.6', NOTHING],
    ['a name over IPv6', '2001:db8::1', { names: ['mail.example.test'], claimedNames: [] }],
    ['a name whose servers do not tell', '203.0.113.7', null],
    ['a network whose servers do not tell', '198.51.100.1', null],
  ])('names of an address with %s', async (_what, ip, names) => {
    expect(await lookup.names(ip, soon())).toEqual(names);
  });

  it.each([
    ['with a name', '203.0.113.1', { asn: 64_496, asName: 'EXAMPLE-AS Example, ZZ' }],
    ['over IPv6', '2001:db8::1', { asn: 64_496, asName: 'EXAMPLE-AS Example, ZZ' }],
    ['without a name', '203.0.113.2', { asn: 64_511, asName: null }],
    ['that nobody announces', '203.0.113.9', NO_NETWORK],
  ])('network of an address %s', async (_what, ip, network) => {
    expect(await lookup.network(ip, soon())).toEqual(network);
  });
});

describe('DnsAddressLookup over servers that mean harm', () => {
  const servers: ScriptedDns[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  async function start(script: Script): Promise<ScriptedDns> {
    const server = await startScriptedDns(script);
    servers.push(server);
    return server;
  }

  const ptr = (name: string, data: string): Answer => ({ type: 'PTR', name, ttl: 60, data });

  /** Answers a reverse look-up with these names, and all else by `then`. */
  function naming(names: readonly string[], then: Script): Script {
    return (query, via) => {
      const { name, type } = query.questions![0]!;
      return type === 'PTR' ? { answers: names.map((target) => ptr(name, target)) } : then(query, via);
    };
  }

  it.each<[string, Script]>([
    ['fail', () => ({ flags: SERVFAIL })],
    ['are silent', () => null],
    ['send garbage', () => [Buffer.from('garbage')]],
    ['fail once there is a name', naming(['a.test'], () => ({ flags: SERVFAIL }))],
  ])('nobody knows when they %s', async (_what, script) => {
    const lookup = over((await start(script)).port);
    expect(await lookup.names('192.0.2.1', soon())).toBeNull();
  });

  it('nobody knows the network when they fail, or its name', async () => {
    const failing = over((await start(() => ({ flags: SERVFAIL }))).port);
    expect(await failing.network('192.0.2.1', soon())).toBeNull();
    const { port } = await start((query) => {
      const { name, type } = query.questions![0]!;
      if (name.startsWith('as')) return { flags: SERVFAIL };
      return { answers: [{ type, name, ttl: 60, data: '64496 | 192.0.2.0/24' } as Answer] };
    });
    expect(await over(port).network('192.0.2.1', soon())).toBeNull();
  });

  it('takes five names of a thousand, always the same ones, and asks for three of them', async () => {
    let names = Array.from({ length: 1_000 }, (_, at) => `host-${at}.a.test`);
    const server = await start((query, via) => {
      const { name, type } = query.questions![0]!;
      if (type !== 'PTR') return { flags: NXDOMAIN };
      if (via === 'udp') return { flags: 0x200 };
      names = names.toReversed();
      return { answers: names.map((target) => ptr(name, target)) };
    });
    const lookup = over(server.port);
    const first = await lookup.names('192.0.2.1', soon());
    expect(first?.claimedNames).toHaveLength(5);
    expect(await lookup.names('192.0.2.1', soon())).toEqual(first);
    expect(server.queries.filter(({ type }) => type === 'A')).toHaveLength(6);
  });

  it('takes nothing that no host may be called', async () => {
    const odd = [
      '<script>.a.test',
      'a b.test',
      'localhost',
      '192.0.2.1',
      '_x.a.test',
      '.',
      'ä.test',
      'ok.a.test',
    ];
    const server = await start(naming(odd, () => ({ flags: NXDOMAIN })));
    expect(await over(server.port).names('192.0.2.1', soon())).toEqual({
      names: [],
      claimedNames: ['ok.a.test'],
    });
    expect(server.queries.map(({ name }) => name)).toEqual(['1.2.0.192.in-addr.arpa', 'ok.a.test']);
  });

  it('keeps the name that was confirmed when another could not be looked up', async () => {
    const script = naming(['a.test.example', 'b.test.example'], (query) => {
      const { name } = query.questions![0]!;
      if (name.startsWith('a.')) return { flags: SERVFAIL };
      return { answers: [{ type: 'A', name, ttl: 60, data: '192.0.2.1' }] };
    });
    expect(await over((await start(script)).port).names('192.0.2.1', soon())).toEqual({
      names: ['b.test.example'],
      claimedNames: ['a.test.example'],
    });
  });

  it('stops at once when time is up', async () => {
    const server = await start(() => null);
    const lookup = over(server.port);
    const controller = new AbortController();
    const asked = [
      lookup.names('192.0.2.1', controller.signal),
      lookup.network('192.0.2.1', controller.signal),
    ];
    controller.abort(new Error('time is up'));
    expect(await Promise.all(asked)).toEqual([null, null]);
  });

  it('asks nobody for what is turned off', async () => {
    const server = await start(() => ({ flags: SERVFAIL }));
    const lookup = over(server.port, { ptr: false, asnZone: null });
    expect(await lookup.names('192.0.2.1', soon())).toEqual(NOTHING);
    expect(await lookup.network('192.0.2.1', soon())).toEqual(NO_NETWORK);
    expect(server.queries).toEqual([]);
  });
});
