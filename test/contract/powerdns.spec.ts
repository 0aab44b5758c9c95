import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import type { DnsProviderFault } from '../../src/ports/dns-provider.js';
import { powerdns } from '../../src/providers/powerdns/module.js';
import { PowerDnsOptions } from '../../src/providers/powerdns/options.js';
import { PowerDnsProvider } from '../../src/providers/powerdns/powerdns-provider.js';
import { describeWith } from '../lab/debian-packages.js';
import { freePort } from '../lab/free-port.js';
import { startPowerDns } from '../lab/powerdns.js';
import type { PowerDnsLab } from '../lab/powerdns.js';
import { startRelay } from '../lab/relay.js';
import { skipPauses } from '../lab/skip-pauses.js';
import { NEIGHBOURS, zoneSnapshot } from '../lab/zone-snapshot.js';
import { CONTRACT_ZONES, describeDnsProvider, faultOf } from './dns-provider.contract.js';

const PACKAGES = ['pdns-server', 'pdns-backend-sqlite3', 'sqlite3', 'bind9-dnsutils'] as const;
const ZONES = CONTRACT_ZONES.map((name) => ({
  name,
  records: [...NEIGHBOURS, '_dmarc.alias 300 CNAME elsewhere.example.net.'],
}));

function providerAt(url: string, apiKey: string, timeoutMs = 5000): PowerDnsProvider {
  return new PowerDnsProvider(PowerDnsOptions.parse({ url, apiKey, timeoutMs }));
}

describeDnsProvider(
  'PowerDNS API',
  async () => {
    const pdns = await startPowerDns({ zones: ZONES });
    const relay = await startRelay({
      host: '127.0.0.1',
      port: 0,
      target: { host: '127.0.0.1', port: Number(new URL(pdns.apiUrl).port) },
    });
    relay.mode = 'swallow';
    return {
      provider: providerAt(pdns.apiUrl, pdns.apiKey),
      compare: 'client',
      capabilities: powerdns.descriptor.capabilities,
      snapshot: (but) => zoneSnapshot(pdns, CONTRACT_ZONES, but),
      wrongKey: providerAt(pdns.apiUrl, 'wrong'),
      gone: providerAt(`http://127.0.0.1:${await freePort()}`, pdns.apiKey),
      silent: providerAt(`http://127.0.0.1:${relay.port}`, pdns.apiKey, 300),
      txt: (fqdn) => pdns.txt(fqdn),
      write: (fqdn, values, ttl) => pdns.write(fqdn, values, ttl),
      async stop() {
        await relay.stop();
        await pdns.stop();
      },
    };
  },
  (title, body) => describeWith(PACKAGES, title, body),
);

const signal = new AbortController().signal;
const NAME = '_dmarc.example.test';
const ZONE = { id: 'example.test.', name: 'example.test', nameServers: null };
const CHANGE = {
  expected: { values: [], ttl: null },
  next: { values: ['v=DMARC1; p=none'], ttl: 300 },
  changeId: 'change-1',
};

describeWith(PACKAGES, 'the real PowerDNS API', () => {
  let pdns: PowerDnsLab;

  beforeAll(async () => {
    pdns = await startPowerDns({ zones: ZONES });
  });
  afterAll(async () => {
    await pdns?.stop();
  });

  it('an alias at the name is left alone', async () => {
    const provider = providerAt(pdns.apiUrl, pdns.apiKey);
    const attempt = provider.replaceTxt(ZONE, '_dmarc.alias.example.test', CHANGE, signal);
    expect(await faultOf(attempt)).toEqual({ kind: 'unsupported' });
  });

  it('a record that is switched off is not served, and stays switched off', async () => {
    const name = '_dmarc.off.example.test';
    const records = [
      { content: '"v=DMARC1; p=none"', disabled: false },
      { content: '"v=DMARC1; p=reject"', disabled: true },
    ];
    await pdns.api('PATCH', '/zones/example.test.', {
      rrsets: [{ name: `${name}.`, type: 'TXT', ttl: 300, changetype: 'REPLACE', records }],
    });
    const provider = providerAt(pdns.apiUrl, pdns.apiKey);
    const expected = await provider.readTxt(ZONE, name, signal);
    expect(expected.values).toEqual(['v=DMARC1; p=none']);
    await provider.replaceTxt(
      ZONE,
      name,
      { ...CHANGE, expected, next: { values: ['v=DMARC1; p=quarantine'], ttl: null } },
      signal,
    );
    expect(await pdns.txt(name)).toEqual(['v=DMARC1; p=quarantine']);
    const answer = await pdns.api('GET', '/zones/example.test.');
    expect(await answer.json()).toMatchObject({
      rrsets: expect.arrayContaining([
        expect.objectContaining({
          name: `${name}.`,
          records: expect.arrayContaining([{ content: '"v=DMARC1; p=reject"', disabled: true }]),
        }),
      ]),
    });
  });

  it('the strings of records beside ours stay as they were cut', async () => {
    const name = '_dmarc.cut.example.test';
    const theirs = '"abc" "def"';
    const records = ['"v=DMARC1; p=none"', theirs].map((content) => ({ content, disabled: false }));
    await pdns.api('PATCH', '/zones/example.test.', {
      rrsets: [{ name: `${name}.`, type: 'TXT', ttl: 300, changetype: 'REPLACE', records }],
    });
    const provider = providerAt(pdns.apiUrl, pdns.apiKey);
    const expected = await provider.readTxt(ZONE, name, signal);
    const next = { values: ['v=DMARC1; p=quarantine', 'abcdef'], ttl: null };
    await provider.replaceTxt(ZONE, name, { ...CHANGE, expected, next }, signal);
    expect(await (await pdns.api('GET', '/zones/example.test.')).text()).toContain(JSON.stringify(theirs));
  });

  it('a zone that it only copies is refused', async () => {
    await pdns.api('POST', '/zones', { name: 'copy.test.', kind: 'Slave', masters: ['127.0.0.9'] });
    const provider = providerAt(pdns.apiUrl, pdns.apiKey);
    expect(await faultOf(provider.findZone('_dmarc.copy.test', signal))).toEqual({ kind: 'unsupported' });
  });

  it('a zone that does not exist is not found', async () => {
    const provider = providerAt(pdns.apiUrl, pdns.apiKey);
    const zone = { id: 'example.org.', name: 'example.org', nameServers: null };
    expect(await faultOf(provider.readTxt(zone, '_dmarc.example.org', signal))).toEqual({
      kind: 'zone-not-found',
    });
  });
});

describe('an API that answers oddly', () => {
  interface Canned {
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  const SECRET = 'canary-key-0123456789';
  /** To the search for records that are switched off: this server has none. */
  const FOUND: Canned = { status: 404, body: 'Not Found' };
  const EMPTY: Canned = { body: '{"rrsets":[]}' };
  const WRITTEN: Canned = {
    body: JSON.stringify({
      rrsets: [
        {
          name: `${NAME}.`,
          type: 'TXT',
          ttl: 300,
          records: [{ content: '"v=DMARC1; p=none"', disabled: false }],
        },
      ],
    }),
  };
  let server: http.Server;
  let provider: PowerDnsProvider;
  let answers: Canned[];
  let requests: string[];

  beforeEach(async () => {
    skipPauses();
    requests = [];
    server = http.createServer((request, response) => {
      requests.push(`${request.method}`);
      request.resume();
      request.on('end', () => {
        const canned = answers.shift() ?? { status: 500 };
        response.writeHead(canned.status ?? 200, canned.headers);
        response.end(canned.body);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve());
    });
    provider = providerAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, SECRET);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it.each<[string, Canned, DnsProviderFault]>([
    ['401', { status: 401, body: 'Unauthorized' }, { kind: 'auth' }],
    ['403', { status: 403 }, { kind: 'forbidden' }],
    ['404', { status: 404, body: 'Not Found' }, { kind: 'zone-not-found' }],
    ['409', { status: 409 }, { kind: 'conflict', observed: null }],
    ['422', { status: 422, body: '{"error":"no"}' }, { kind: 'unsupported' }],
    [
      '429 in seconds',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'rate-limited', retryAfterMs: 7000 },
    ],
    ['429 without a word', { status: 429 }, { kind: 'rate-limited', retryAfterMs: null }],
    ['500', { status: 500 }, { kind: 'transient', mayBeApplied: false }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'malformed' }],
    ['HTML', { body: '<html>login</html>' }, { kind: 'malformed' }],
    ['truncated JSON', { body: '{"rrsets":[{"name":' }, { kind: 'malformed' }],
    ['an empty object', { body: '{}' }, { kind: 'malformed' }],
    ['nothing at all', { body: '' }, { kind: 'malformed' }],
    [
      'unquoted content',
      {
        body: JSON.stringify({
          rrsets: [{ name: `${NAME}.`, type: 'TXT', ttl: 1, records: [{ content: 'x', disabled: false }] }],
        }),
      },
      { kind: 'malformed' },
    ],
  ])('to a read, %s', async (title, canned, fault) => {
    answers = [canned, canned, canned];
    expect(await faultOf(provider.readTxt(ZONE, NAME, signal))).toEqual(fault);
    expect(requests).toHaveLength(title === '429 without a word' ? 3 : 1);
  });

  it.each<[string, Canned]>([
    ['500', { status: 500, body: '{"error":"backend timeout"}' }],
    ['403', { status: 403 }],
    ['HTML', { body: '<html>login</html>' }],
  ])(
    'writes nothing when the search for records that are switched off ends in %s',
    async (_title, canned) => {
      answers = [EMPTY, canned];
      await expect(provider.replaceTxt(ZONE, NAME, CHANGE, signal)).rejects.toBeInstanceOf(DnsProviderError);
      expect(requests).toEqual(['GET', 'GET']);
    },
  );

  it.each([
    [404, 'Not Found'],
    [405, 'Method Not Allowed'],
    [422, '{"error":"no search"}'],
  ])('writes where the server cannot search: %i', async (status, body) => {
    answers = [EMPTY, { status, body }, { status: 204 }, WRITTEN];
    await provider.replaceTxt(ZONE, NAME, CHANGE, signal);
    expect(requests).toEqual(['GET', 'GET', 'PATCH', 'GET']);
  });

  it.each(['Slave', 'Secondary', 'Consumer'])(
    'a zone of the kind %s is refused, with a reason',
    async (kind) => {
      answers = [
        { body: '[]' },
        { body: JSON.stringify([{ id: 'example.test.', name: 'example.test.', kind }]) },
      ];
      const attempt = provider.findZone(NAME, signal);
      await expect(attempt).rejects.toThrow(`${kind} zone, copied from another server`);
      expect(await faultOf(attempt)).toEqual({ kind: 'unsupported' });
    },
  );

  it('a list of zones that is none is malformed, never "not found"', async () => {
    answers = [{ body: '{}' }];
    expect(await faultOf(provider.findZone(NAME, signal))).toEqual({ kind: 'malformed' });
  });

  it('C15 a 500 after the write took effect is a success', async () => {
    answers = [EMPTY, FOUND, { status: 500 }, WRITTEN];
    await provider.replaceTxt(ZONE, NAME, CHANGE, signal);
    expect(requests).toEqual(['GET', 'GET', 'PATCH', 'GET']);
  });

  it('a 500 after which nothing has changed is transient, and the write is not repeated', async () => {
    answers = [EMPTY, FOUND, { status: 500 }, EMPTY];
    const fault = await faultOf(provider.replaceTxt(ZONE, NAME, CHANGE, signal));
    expect(fault).toEqual({ kind: 'transient', mayBeApplied: true });
    expect(requests).toEqual(['GET', 'GET', 'PATCH', 'GET']);
  });

  it('a write that somebody overwrote in the same moment is a conflict', async () => {
    const other = { ...WRITTEN, body: WRITTEN.body!.replace('p=none', 'p=reject') };
    answers = [EMPTY, FOUND, { status: 204 }, other];
    const fault = await faultOf(provider.replaceTxt(ZONE, NAME, CHANGE, signal));
    expect(fault).toEqual({ kind: 'conflict', observed: { values: ['v=DMARC1; p=reject'], ttl: 300 } });
  });

  it('a write that can not be read again is open', async () => {
    answers = [EMPTY, FOUND, { status: 204 }, { body: 'gone' }];
    const fault = await faultOf(provider.replaceTxt(ZONE, NAME, CHANGE, signal));
    expect(fault).toEqual({ kind: 'transient', mayBeApplied: true });
  });

  it('a refused write is not read again', async () => {
    answers = [EMPTY, FOUND, { status: 422, body: '{"error":"RRset out of zone"}' }];
    expect(await faultOf(provider.replaceTxt(ZONE, NAME, CHANGE, signal))).toEqual({ kind: 'unsupported' });
    expect(requests).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('C23 C24 its check writes nothing, and no error tells the key', async () => {
    answers = [{ status: 401 }, { body: '<html>' }];
    const checked = await provider.check(signal);
    expect(checked.ok).toBe(false);
    expect(requests).toEqual(['GET']);
    const error: unknown = await provider.readTxt(ZONE, NAME, signal).catch((reason: unknown) => reason);
    const told = [checked, error, (error as Error).cause].map(
      (thing) => `${String(thing)} ${JSON.stringify(thing)}`,
    );
    expect(told.join()).not.toContain(SECRET);
  });
});
