import type { Answer } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { startScriptedDns } from '../../test/lab/dns-server.js';
import type { Said, Script, ScriptedDns } from '../../test/lab/dns-server.js';
import type { DnsQuestions } from '../core/checks/dns-answers.js';
import { RecursiveDnsLookup, type QuestionLimits } from './dns-questions.js';
import { RecursiveLookup } from './recursive-lookup.js';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const REFUSED = 5;
const TRUNCATED = 0x200;

const servers: ScriptedDns[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

interface Asking {
  readonly dns: DnsQuestions;
  readonly server: ScriptedDns;
}

async function asking(
  script: Script,
  options: { readonly signal?: AbortSignal; readonly limits?: QuestionLimits } = {},
): Promise<Asking> {
  const server = await startScriptedDns(script);
  servers.push(server);
  const lookup = new RecursiveLookup({ resolvers: [`127.0.0.1:${server.port}`], timeoutMs: 200, tries: 1 });
  const { signal = new AbortController().signal, limits } = options;
  return { dns: new RecursiveDnsLookup(lookup, limits).questions(signal), server };
}

/** Answers from a table of `name type`; all else does not exist. */
function table(records: Readonly<Record<string, readonly Answer[] | Said>>): Script {
  return (query) => {
    const question = query.questions![0]!;
    const found = records[`${question.name} ${question.type}`];
    if (found === undefined) return { flags: NXDOMAIN };
    return Array.isArray(found) ? { answers: found as readonly Answer[] } : (found as Said);
  };
}

const txt = (name: string, ...data: string[]): Answer => ({ type: 'TXT', name, ttl: 60, data });
const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 60, data });
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, ttl: 60, data });
const ptr = (name: string, data: string): Answer => ({ type: 'PTR', name, ttl: 60, data });

describe('what DNS says', () => {
  it('comes as values of each type', async () => {
    const { dns } = await asking(
      table({
        'example.test TXT': [txt('example.test', 'v=spf1 ', '-all')],
        'example.test A': [a('example.test', '192.0.2.1')],
        'example.test AAAA': [{ type: 'AAAA', name: 'example.test', ttl: 60, data: '2001:db8:0:0:0:0:0:1' }],
        'example.test MX': [
          { type: 'MX', name: 'example.test', ttl: 60, data: { preference: 5, exchange: 'MX.Example.test' } },
        ],
        'null.test MX': [{ type: 'MX', name: 'null.test', ttl: 60, data: { preference: 0, exchange: '.' } }],
        '1.2.0.192.in-addr.arpa PTR': [ptr('1.2.0.192.in-addr.arpa', 'mail.example.test')],
        'www.example.test CNAME': [cname('www.example.test', 'host.example.net')],
      }),
    );
    const found = (records: readonly unknown[]) => ({ kind: 'found', records, aliases: [] });
    expect(await dns.txt('Example.test.')).toEqual(found(['v=spf1 -all']));
    expect(await dns.a('example.test')).toEqual(found(['192.0.2.1']));
    expect(await dns.aaaa('example.test')).toEqual(found(['2001:db8::1']));
    expect(await dns.mx('example.test')).toEqual(found([{ preference: 5, exchange: 'mx.example.test' }]));
    expect(await dns.mx('null.test')).toEqual(found([{ preference: 0, exchange: '' }]));
    expect(await dns.ptr('192.0.2.1')).toEqual(found(['mail.example.test']));
    expect(await dns.cname('www.example.test')).toEqual(found(['host.example.net']));
  });

  it('are no addresses that the resolver has made up for networks without IPv4 (DNS64)', async () => {
    const aaaa = (data: string): Answer => ({ type: 'AAAA', name: 'host.test', ttl: 60, data });
    const { dns } = await asking(table({ 'host.test AAAA': [aaaa('64:ff9b::c000:201')] }));
    expect(await dns.aaaa('host.test')).toEqual({ kind: 'none', exists: true, aliases: [] });
    const both = [aaaa('64:ff9b:1::1'), aaaa('2001:db8::1')];
    const other = await asking(table({ 'host.test AAAA': both }));
    expect(await other.dns.aaaa('host.test')).toMatchObject({ kind: 'found', records: ['2001:db8::1'] });
  });

  it.each<[string, Said | null, unknown]>([
    ['a name that does not exist', { flags: NXDOMAIN }, { kind: 'none', exists: false, aliases: [] }],
    ['a name without such a record', {}, { kind: 'none', exists: true, aliases: [] }],
    ['a failure', { flags: SERVFAIL }, { kind: 'unknown', reason: expect.stringContaining('SERVFAIL') }],
    ['a refusal', { flags: REFUSED }, { kind: 'unknown', reason: expect.stringContaining('REFUSED') }],
    ['silence', null, { kind: 'unknown', reason: expect.stringContaining('no answer in time') }],
    [
      'a record of another name',
      { answers: [txt('other.test', 'v=spf1 +all')] },
      { kind: 'none', exists: true, aliases: [] },
    ],
  ])('%s: %j', async (_what, said, expected) => {
    const { dns } = await asking(() => said);
    expect(await dns.txt('example.test')).toEqual(expected);
  });

  it.each([
    ['an address that is none', (dns: DnsQuestions) => dns.ptr('example.test')],
    ['a name with an empty label', (dns: DnsQuestions) => dns.txt('a..test')],
    ['a name that is too long', (dns: DnsQuestions) => dns.txt(`${'a'.repeat(64)}.test`)],
  ])('%s is not asked for: there is none', async (_what, ask) => {
    const { dns, server } = await asking(() => ({}));
    expect(await ask(dns)).toEqual({ kind: 'none', exists: false, aliases: [] });
    expect(server.queries).toEqual([]);
  });

  it('is asked for over TCP when it does not fit into a datagram', async () => {
    const { dns } = await asking((_query, via) =>
      via === 'udp' ? { flags: TRUNCATED } : { answers: [txt('example.test', 'whole')] },
    );
    expect(await dns.txt('example.test')).toMatchObject({ records: ['whole'] });
  });

  it('is asked for again after a failure', async () => {
    let times = 0;
    const { dns } = await asking(() => {
      times += 1;
      return times === 1 ? { flags: SERVFAIL } : { answers: [a('example.test', '192.0.2.1')] };
    });
    expect(await dns.a('example.test')).toMatchObject({ records: ['192.0.2.1'] });
  });
});

describe('aliases', () => {
  it('are followed within a reply, and asked for where it ends in one', async () => {
    const { dns } = await asking(
      table({
        'a.test TXT': [
          cname('a.test', 'b.test'),
          txt('c.test', 'key'),
          cname('b.test', 'c.test'),
          txt('d.test', 'stray'),
        ],
        'x.test TXT': [cname('x.test', 'c.test')],
        'c.test TXT': [txt('c.test', 'key')],
        'gone.test TXT': { answers: [cname('gone.test', 'nowhere.test')], flags: NXDOMAIN },
        'empty.test TXT': [cname('empty.test', 'there.test')],
        'there.test TXT': [],
      }),
    );
    expect(await dns.txt('a.test')).toEqual({
      kind: 'found',
      records: ['key'],
      aliases: ['b.test', 'c.test'],
    });
    expect(await dns.txt('x.test')).toEqual({ kind: 'found', records: ['key'], aliases: ['c.test'] });
    expect(await dns.txt('gone.test')).toEqual({ kind: 'none', exists: false, aliases: ['nowhere.test'] });
    expect(await dns.txt('empty.test')).toEqual({ kind: 'none', exists: true, aliases: ['there.test'] });
  });

  it.each<[string, Script]>([
    ['to itself', table({ 'a.test A': [cname('a.test', 'a.test')] })],
    ['in a ring', table({ 'a.test A': [cname('a.test', 'b.test'), cname('b.test', 'a.test')] })],
    [
      'in a ring over several replies',
      table({ 'a.test A': [cname('a.test', 'b.test')], 'b.test A': [cname('b.test', 'a.test')] }),
    ],
    [
      'without an end',
      (query) => {
        const { name } = query.questions![0]!;
        return { answers: [cname(name, `x${name}`)] };
      },
    ],
  ])('that lead %s end in unknown, after few questions', async (_what, script) => {
    const { dns, server } = await asking(script);
    expect(await dns.a('a.test')).toMatchObject({ kind: 'unknown' });
    expect(server.queries.length).toBeLessThan(12);
  });
});

describe('a run', () => {
  it('asks each question once, whatever the spelling', async () => {
    const { dns, server } = await asking(table({ 'example.test A': [a('example.test', '192.0.2.1')] }));
    const names = ['example.test', 'EXAMPLE.test', 'example.test.'];
    const answers = await Promise.all(names.map((name) => dns.a(name)));
    await dns.a('example.test');
    expect(new Set(answers.map((answer) => answer.kind))).toEqual(new Set(['found']));
    expect(server.queries).toHaveLength(1);
  });

  it('asks a bounded number of questions, few of them at once', async () => {
    const { dns, server } = await asking(() => ({}), { limits: { mostQuestions: 6, atOnce: 2 } });
    const names = Array.from({ length: 10 }, (_, at) => `n${at}.test`);
    const answers = await Promise.all(names.map((name) => dns.a(name)));
    expect(answers.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 6 }, () => 'none'),
      ...Array.from({ length: 4 }, () => 'unknown'),
    ]);
    expect(server.queries).toHaveLength(6);
  });

  it('gives up where nobody answers at all', async () => {
    const { dns, server } = await asking(() => null, { limits: { mostQuestions: 99, atOnce: 10 } });
    const names = Array.from({ length: 40 }, (_, at) => `n${at}.test`);
    const answers = await Promise.all(names.map((name) => dns.a(name)));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown']));
    expect(new Set(server.queries.map(({ name }) => name)).size).toBeLessThan(25);
  });

  it('answers unknown to all that is open when its time is over', async () => {
    const over = new AbortController();
    const { dns } = await asking(() => null, {
      signal: over.signal,
      limits: { mostQuestions: 9, atOnce: 1 },
    });
    const answers = Promise.all([dns.a('a.test'), dns.txt('b.test')]);
    over.abort();
    const unknown = { kind: 'unknown', reason: 'no answer in time' };
    expect(await answers).toEqual([unknown, unknown]);
    expect(await dns.mx('c.test')).toEqual(unknown);
  });
});
