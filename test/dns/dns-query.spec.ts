import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeReply, encodeQuery } from '../../src/dns/dns-message.js';
import { DnsQueryError, queryDns } from '../../src/dns/dns-query.js';
import { encodeAnswer, framed, startScriptedDns } from '../lab/dns-server.js';
import type { Said, Script, ScriptedDns } from '../lab/dns-server.js';
import { freePort } from '../lab/free-port.js';

const NAME = '_dmarc.example.test';
const TC = 0x200;
const FORMERR = 1;
const GOOD: Said = {
  answers: [
    { type: 'TXT', name: NAME, ttl: 60, data: [Buffer.from('v=DM'), Buffer.from('ARC1\xff', 'latin1')] },
  ],
};
const TEXT = 'v=DMARC1\xff';

let server: ScriptedDns | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function ask(script: Script, name = NAME) {
  server = await startScriptedDns(script);
  const reply = await queryDns(
    { name, type: 'TXT' },
    { host: '127.0.0.1', port: server.port },
    { timeoutMs: 400, tries: 2, recursionDesired: false },
  );
  return reply.answers;
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (error instanceof DnsQueryError) return error.code;
  throw error;
}

describe('queryDns', () => {
  it('joins the strings of a TXT record byte by byte', async () => {
    expect(await ask(() => GOOD)).toEqual([{ type: 'TXT', name: NAME, ttl: 60, text: TEXT }]);
  });

  it('asks again over UDP when a datagram is lost', async () => {
    let asked = 0;
    await ask(() => {
      asked += 1;
      return asked === 1 ? null : GOOD;
    });
    expect(server!.queries.map((query) => query.via)).toEqual(['udp', 'udp']);
  });

  it.each<[string, Script]>([
    ['is truncated', (_query, via) => (via === 'udp' ? { flags: TC } : GOOD)],
    ['never comes over UDP', (_query, via) => (via === 'udp' ? null : GOOD)],
  ])('goes to TCP when the answer %s', async (_why, script) => {
    expect(await ask(script)).toMatchObject([{ text: TEXT }]);
    expect(server!.queries.at(-1)!.via).toBe('tcp');
  });

  it('asks without EDNS where EDNS is not understood', async () => {
    const answers = await ask((query) => ((query.additionals ?? []).length > 0 ? { flags: FORMERR } : GOOD));
    expect(answers).toMatchObject([{ text: TEXT }]);
  });

  it.each<[string, Script]>([
    [
      'another id',
      (query) => [
        encodeAnswer({ ...query, id: (query.id! + 1) % 65_536 }, { answers: [evil()] }),
        encodeAnswer(query, GOOD),
      ],
    ],
    [
      'another name',
      (query) => [
        encodeAnswer({ ...query, questions: [{ type: 'TXT', name: 'example.test' }] }, { answers: [evil()] }),
        encodeAnswer(query, GOOD),
      ],
    ],
    [
      'another type',
      (query) => [
        encodeAnswer({ ...query, questions: [{ type: 'A', name: NAME }] }, { answers: [evil()] }),
        encodeAnswer(query, GOOD),
      ],
    ],
    [
      'bytes that are no message',
      (query) => [Buffer.from('hello'), Buffer.alloc(0), Buffer.alloc(600, 0xff), encodeAnswer(query, GOOD)],
    ],
  ])('waits for the real answer behind a datagram with %s', async (_what, script) => {
    expect(await ask(script)).toMatchObject([{ text: TEXT }]);
    expect(server!.queries).toHaveLength(1);
  });

  it('takes a stream that comes in single bytes', async () => {
    const script: Script = (query, via) =>
      via === 'udp'
        ? { flags: TC }
        : [...framed(encodeAnswer(query, GOOD))].map((byte) => Buffer.from([byte]));
    expect(await ask(script)).toMatchObject([{ text: TEXT }]);
  });

  it('refuses a broken stream', async () => {
    const attempt = ask((_query, via) =>
      via === 'udp' ? { flags: TC } : [framed(Buffer.from('no message'))],
    );
    expect(await codeOf(attempt)).toBe('EBADRESP');
  });

  it('gives up on a server that says nothing, or only the start of an answer', async () => {
    expect(await codeOf(ask(() => null))).toBe('ETIMEOUT');
    await server!.stop();
    const attempt = ask((_query, via) =>
      via === 'udp' ? { flags: TC } : [Buffer.from([0xff, 0xff, 1, 2, 3])],
    );
    expect(await codeOf(attempt)).toBe('ETIMEOUT');
  });

  it('says at once that nobody listens', async () => {
    const port = await freePort();
    const attempt = queryDns(
      { name: NAME, type: 'TXT' },
      { host: '127.0.0.1', port },
      { timeoutMs: 5000, tries: 2, recursionDesired: false },
    );
    expect(await codeOf(attempt)).toBe('ECONNREFUSED');
  });

  it.each(['a..b', `${'a'.repeat(64)}.test`, `${'abcdefg.'.repeat(32)}test`, '.a'])(
    'never asks for %s',
    async (name) => {
      await expect(ask(() => GOOD, name)).rejects.toThrow(RangeError);
      expect(server!.queries).toEqual([]);
    },
  );
});

describe('decodeReply', () => {
  it('survives whatever comes', () => {
    const query = encodeQuery({ name: NAME, type: 'TXT' }, { recursionDesired: false, edns: true });
    const id = Buffer.alloc(2);
    id.writeUInt16BE(query.id);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeReply(Buffer.from(bytes), query);
        decodeReply(Buffer.concat([id, Buffer.from([0x84, 0]), Buffer.from(bytes)]), query);
        expect(decodeReply(Buffer.concat([query.bytes, Buffer.from(bytes)]), query)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

function evil() {
  return { type: 'TXT' as const, name: NAME, ttl: 60, data: 'v=DMARC1; p=reject' };
}
