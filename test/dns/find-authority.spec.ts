import type { Answer } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { findAuthority } from '../../src/dns/find-authority.js';
import { LookupError, RecursiveLookup } from '../../src/dns/recursive-lookup.js';
import { startScriptedDns } from '../lab/dns-server.js';
import type { Said, Script, ScriptedDns } from '../lab/dns-server.js';
import { freePort } from '../lab/free-port.js';

const SERVFAIL = 2;
const REFUSED = 5;
const NXDOMAIN = 3;
/** Neither AA nor an error. */
const REFERS = 0;

const servers: ScriptedDns[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function soa(name: string): Answer {
  return { type: 'SOA', name, ttl: 60, data: { mname: 'ns', rname: 'x', serial: 1 } };
}
const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 60, data });
const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, ttl: 60, data });
const ns = (name: string, data: string): Answer => ({ type: 'NS', name, ttl: 60, data });

type Table = Readonly<Record<string, readonly Answer[] | Said>>;

/** Answers from a table of `name type`; all else is NODATA with the SOA of example.test. */
function table(records: Table): Script {
  return (query) => {
    const question = query.questions![0]!;
    const found = records[`${question.name} ${question.type}`];
    if (found === undefined) return { authorities: [soa('example.test')] };
    return Array.isArray(found) ? { answers: found as readonly Answer[] } : (found as Said);
  };
}

const ZONE: Table = {
  'test SOA': [soa('test')],
  'test NS': [ns('test', 'ns.test')],
  'ns.test A': [a('ns.test', '127.0.0.1')],
  'example.test SOA': [soa('example.test')],
  'example.test NS': [ns('example.test', 'ns2.example.test'), ns('example.test', 'NS1.example.test')],
  'ns1.example.test A': [a('ns1.example.test', '192.0.2.1'), a('ns1.example.test', '192.0.2.2')],
  'ns1.example.test AAAA': [aaaa('ns1.example.test', '2001:db8::1')],
};

/** What the server of the zone above says. */
function refersTo(names: readonly string[], glue: readonly Answer[] = []): Script {
  return () => ({
    flags: REFERS,
    authorities: names.map((name) => ns('example.test', name)),
    additionals: glue,
  });
}

const BOTH = refersTo(['ns1.example.test', 'ns2.example.test']);

async function authorityOf(name: string, world: { zone?: Table | Script; parent?: Script }) {
  const { zone = ZONE, parent = BOTH } = world;
  const resolver = await startScriptedDns(typeof zone === 'function' ? zone : table(zone));
  const above = await startScriptedDns(parent);
  servers.push(resolver, above);
  const lookup = new RecursiveLookup({
    resolvers: [`127.0.0.1:${resolver.port}`],
    timeoutMs: 300,
    tries: 1,
  });
  return findAuthority(name, lookup, { port: above.port, timeoutMs: 300 });
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (error instanceof LookupError) return error.code;
  throw error;
}

describe('findAuthority', () => {
  it('finds the zone above a name, its servers and all their addresses', async () => {
    expect(await authorityOf('_dmarc.a.b.example.test', {})).toEqual({
      zone: 'example.test',
      nameServers: [
        { name: 'ns1.example.test', addresses: ['192.0.2.1', '192.0.2.2', '2001:db8::1'], namedBy: 'both' },
        { name: 'ns2.example.test', addresses: [], namedBy: 'both' },
      ],
    });
  });

  it('joins whom the zone above names and whom the zone names, and says who named whom', async () => {
    const glue = [a('ns3.example.test', '192.0.2.3'), a('elsewhere.test', '192.0.2.9')];
    const { nameServers } = await authorityOf('_dmarc.example.test', {
      parent: refersTo(['ns1.example.test', 'NS3.example.test'], glue),
    });
    expect(nameServers.map(({ name, namedBy }) => [name, namedBy])).toEqual([
      ['ns1.example.test', 'both'],
      ['ns2.example.test', 'child'],
      ['ns3.example.test', 'parent'],
    ]);
    expect(nameServers[2]?.addresses).toEqual(['192.0.2.3']);
  });

  it('asks an address that the zone above alone gives, too', async () => {
    const parent = refersTo(['ns1.example.test'], [a('ns1.example.test', '192.0.2.77')]);
    const { nameServers } = await authorityOf('_dmarc.example.test', { parent });
    expect(nameServers[0]?.addresses).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1', '192.0.2.77']);
  });

  it('takes the word of a server that serves both zones', async () => {
    const parent: Script = () => ({ answers: [ns('example.test', 'ns1.example.test')] });
    const { nameServers } = await authorityOf('_dmarc.example.test', { parent });
    expect(nameServers.map(({ namedBy }) => namedBy)).toEqual(['both', 'child']);
  });

  it.each<[string, Script]>([
    ['refuses', () => ({ flags: REFUSED })],
    ['is silent', () => null],
    ['knows no such zone', () => ({ flags: NXDOMAIN | 0x400 })],
    ['has no name servers for it', () => ({ authorities: [soa('test')] })],
    ['refers upwards', () => ({ flags: REFERS, authorities: [ns('', 'a.root.test')] })],
  ])('throws when the zone above %s: a server left out would pass for verified', async (_what, parent) => {
    expect(await codeOf(authorityOf('_dmarc.example.test', { parent }))).toBe('ENODATA');
  });

  it('asks the next server of the zone above when one says nothing', async () => {
    const zone = {
      ...ZONE,
      'test NS': [ns('test', 'a.test'), ns('test', 'ns.test')],
      'a.test A': { flags: SERVFAIL },
    };
    expect((await authorityOf('_dmarc.example.test', { zone })).nameServers).toHaveLength(2);
  });

  it('finds the root above a zone of one label', async () => {
    const zone = {
      'test SOA': [soa('test')],
      'test NS': [ns('test', 'ns.test')],
      '. NS': [ns('.', 'root.test')],
      'root.test A': [a('root.test', '127.0.0.1')],
    };
    const parent: Script = () => ({ flags: REFERS, authorities: [ns('test', 'ns.test')] });
    expect(
      (
        await authorityOf('_dmarc.test', {
          zone: { ...zone, '_dmarc.test SOA': { authorities: [soa('test')] } },
          parent,
        })
      ).zone,
    ).toBe('test');
  });

  it('does without the SOA that some resolvers leave out', async () => {
    const zone: Script = (query) => ({ ...(table(ZONE)(query, 'udp') as Said), authorities: [] });
    expect((await authorityOf('_dmarc.a.b.example.test', { zone })).zone).toBe('example.test');
  });

  it('goes to the zone that _dmarc itself is', async () => {
    const zone = {
      ...ZONE,
      '_dmarc.example.test SOA': [soa('_dmarc.example.test')],
      '_dmarc.example.test NS': [ns('_dmarc.example.test', 'ns1.example.test')],
      'example.test NS': [ns('example.test', 'ns.test')],
    };
    const parent: Script = () => ({
      flags: REFERS,
      authorities: [ns('_dmarc.example.test', 'ns1.example.test')],
    });
    const authority = await authorityOf('_dmarc.example.test', { zone, parent });
    expect(authority.zone).toBe('_dmarc.example.test');
  });

  it('is not led astray by an alias into the zone of its target', async () => {
    const alias: Answer = { type: 'CNAME', name: '_dmarc.example.test', ttl: 60, data: 'x.vendor.test' };
    const zone = { ...ZONE, '_dmarc.example.test SOA': { answers: [alias], authorities: [soa('test')] } };
    expect((await authorityOf('_dmarc.example.test', { zone })).zone).toBe('example.test');
  });

  it.each<[string, Table, string]>([
    ['no name servers', { ...ZONE, 'example.test NS': [] }, 'ENODATA'],
    [
      'a name server whose address can not be looked up',
      { ...ZONE, 'ns2.example.test A': { flags: SERVFAIL } },
      'ESERVFAIL',
    ],
    [
      'too many name servers',
      {
        ...ZONE,
        'example.test NS': Array.from({ length: 25 }, (_, at) => ns('example.test', `ns${at}.example.test`)),
      },
      'EBADRESP',
    ],
    [
      'too many addresses',
      {
        ...ZONE,
        'ns1.example.test A': Array.from({ length: 65 }, (_, at) => a('ns1.example.test', `192.0.2.${at}`)),
      },
      'EBADRESP',
    ],
  ])('with %s it throws', async (_what, zone, code) => {
    expect(await codeOf(authorityOf('_dmarc.example.test', { zone }))).toBe(code);
  });

  it('says when nobody listens above', async () => {
    const resolver = await startScriptedDns(table(ZONE));
    servers.push(resolver);
    const resolvers = [`127.0.0.1:${resolver.port}`];
    const lookup = new RecursiveLookup({ resolvers, timeoutMs: 300, tries: 1 });
    const found = findAuthority('_dmarc.example.test', lookup, { port: await freePort(), timeoutMs: 300 });
    await expect(found).rejects.toThrow('the zone above example.test does not say who serves it');
  });
});
