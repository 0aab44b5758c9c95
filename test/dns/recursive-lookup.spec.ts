import type { Answer } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { LookupError, RecursiveLookup } from '../../src/dns/recursive-lookup.js';
import { startScriptedDns } from '../lab/dns-server.js';
import type { Said, Script, ScriptedDns } from '../lab/dns-server.js';
import { freePort } from '../lab/free-port.js';

const NXDOMAIN = 3;
const SERVFAIL = 2;
const REFUSED = 5;

const servers: ScriptedDns[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function lookupOver(...scripts: readonly Script[]): Promise<RecursiveLookup> {
  for (const script of scripts) servers.push(await startScriptedDns(script));
  const resolvers = servers.map((server) => `127.0.0.1:${server.port}`);
  return new RecursiveLookup({ resolvers, timeoutMs: 300, tries: 1 });
}

/** Answers from a table of `name type`; all else is NODATA with the SOA of example.test. */
function table(records: Readonly<Record<string, readonly Answer[] | Said>>): Script {
  return (query) => {
    const question = query.questions![0]!;
    const found = records[`${question.name} ${question.type}`];
    if (found === undefined) return { authorities: [soa('example.test')] };
    return Array.isArray(found) ? { answers: found as readonly Answer[] } : (found as Said);
  };
}

function soa(name: string): Answer {
  return {
    type: 'SOA',
    name,
    ttl: 60,
    data: { mname: 'ns1.example.test', rname: 'x.example.test', serial: 1 },
  };
}
const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 60, data });

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (error instanceof LookupError) return error.code;
  throw error;
}

describe('RecursiveLookup.resolve', () => {
  it('gives records in the shape that mail libraries take', async () => {
    const { resolve } = await lookupOver(
      table({
        's._domainkey.example.test TXT': [
          { type: 'CNAME', name: 's._domainkey.example.test', ttl: 60, data: 'key.example.test' },
          { type: 'TXT', name: 'key.example.test', ttl: 60, data: ['v=DKIM1; ', 'p=abc'] },
        ],
        'example.test MX': [
          { type: 'MX', name: 'example.test', ttl: 60, data: { preference: 5, exchange: 'MX.example.test' } },
        ],
        'example.test A': [a('example.test', '192.0.2.1')],
        'null.test MX': [{ type: 'MX', name: 'null.test', ttl: 60, data: { preference: 0, exchange: '.' } }],
      }),
    );
    expect(await resolve('s._domainkey.example.test', 'TXT')).toEqual([['v=DKIM1; p=abc']]);
    expect(await resolve('example.test', 'MX')).toEqual([{ exchange: 'mx.example.test', priority: 5 }]);
    expect(await resolve('example.test', 'A')).toEqual(['192.0.2.1']);
    expect(await resolve('null.test', 'mx')).toEqual([{ exchange: '', priority: 0 }]);
  });

  it.each<[string, Said | null, string]>([
    ['a name that does not exist', { flags: NXDOMAIN }, 'ENOTFOUND'],
    ['a name without such a record', {}, 'ENODATA'],
    ['a resolver that fails', { flags: SERVFAIL }, 'ESERVFAIL'],
    ['a resolver that refuses', { flags: REFUSED }, 'EREFUSED'],
    ['silence', null, 'ETIMEOUT'],
  ])('%s: %j gives %s', async (_what, said, code) => {
    const lookup = await lookupOver(() => said);
    expect(await codeOf(lookup.resolve('example.test', 'TXT'))).toBe(code);
  });

  it('refuses types and names that it does not look up', async () => {
    const lookup = await lookupOver(() => ({}));
    expect(await codeOf(lookup.resolve('example.test', 'ANY'))).toBe('ENOTIMP');
    expect(await codeOf(lookup.resolve('a..test', 'TXT'))).toBe('EBADNAME');
  });

  it('asks the next resolver when one fails', async () => {
    const lookup = await lookupOver(
      () => ({ flags: SERVFAIL }),
      () => null,
      () => ({ answers: [a('example.test', '192.0.2.1')] }),
    );
    expect(await lookup.resolve('example.test', 'A')).toEqual(['192.0.2.1']);
  });

  it('asks the next resolver beside one that is silent, and then that one last', async () => {
    const answer: Script = () => ({ answers: [a('example.test', '192.0.2.1')] });
    for (const script of [() => null, answer]) servers.push(await startScriptedDns(script));
    const resolvers = servers.map((server) => `127.0.0.1:${server.port}`);
    // Silent for longer than the test may take: only by not waiting for it is there an answer.
    const lookup = new RecursiveLookup({ resolvers, timeoutMs: 60_000, tries: 2 });
    expect(await lookup.resolve('example.test', 'A')).toEqual(['192.0.2.1']);
    expect(servers.map((server) => server.queries.length)).toEqual([1, 1]);
    for (const _again of [1, 2, 3]) await lookup.resolve('example.test', 'A');
    expect(servers.map((server) => server.queries.length)).toEqual([1, 4]);
  });

  it('asks a silent resolver all the same when the others fail', async () => {
    let isSilent = true;
    const recovers: Script = () => (isSilent ? null : { answers: [a('example.test', '192.0.2.1')] });
    const breaks: Script = () => (isSilent ? {} : { flags: SERVFAIL });
    for (const script of [recovers, breaks]) servers.push(await startScriptedDns(script));
    const resolvers = servers.map((server) => `127.0.0.1:${server.port}`);
    const lookup = new RecursiveLookup({ resolvers, timeoutMs: 60_000, tries: 1 });
    expect(await codeOf(lookup.resolve('example.test', 'A'))).toBe('ENODATA');
    isSilent = false;
    expect(await lookup.resolve('example.test', 'A')).toEqual(['192.0.2.1']);
  });

  it('stops asking all of them when it is aborted', async () => {
    for (const script of [() => null, () => null]) servers.push(await startScriptedDns(script));
    const resolvers = servers.map((server) => `127.0.0.1:${server.port}`);
    const lookup = new RecursiveLookup({ resolvers, timeoutMs: 60_000, tries: 1 });
    const stop = new AbortController();
    const attempt = lookup.ask({ name: 'example.test', type: 'A' }, stop.signal);
    stop.abort(new Error('enough'));
    await expect(attempt).rejects.toThrow('enough');
  });

  it('says when nobody listens', async () => {
    const resolvers = [`127.0.0.1:${await freePort()}`];
    const lookup = new RecursiveLookup({ resolvers, timeoutMs: 300, tries: 1 });
    expect(await codeOf(lookup.lookupTxt('example.test'))).toBe('ECONNREFUSED');
  });
});
