import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneQuestions } from '../../../../test/builders/zone-questions.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';
import type { DnsQuestions } from '../dns-answers.js';
import { checkHost } from './check-host.js';
import type { SpfResult } from './check-host.js';

const HOST = '192.0.2.1';
const HOST6 = '2001:db8::1';

/** The record of `x.example`, in a zone of hosts that all cases share. */
function zoneWith(record: string, more: Zone = {}): Zone {
  return {
    'x.example': [{ TXT: record }, { A: HOST }, { AAAA: HOST6 }, { MX: [10, 'mail.x.example'] }],
    'mail.x.example': [{ A: '192.0.2.25' }, { AAAA: '2001:db8::25' }],
    'other.example': [{ A: '198.51.100.7' }],
    'pass.example': [{ TXT: `v=spf1 ip4:${HOST} ip6:${HOST6} -all` }],
    'fail.example': [{ TXT: 'v=spf1 -all' }],
    'broken.example': [{ TXT: 'v=spf1 what -all' }],
    'twice.example': [{ TXT: 'v=spf1 +all' }, { TXT: 'V=SPF1 +all' }],
    'slow.example': ['TIMEOUT'],
    ...more,
  };
}

function check(record: string, ip = HOST, more: Zone = {}) {
  const dns = zoneQuestions(zoneWith(record, more));
  return checkHost({ ip, sender: 'lee@x.example', helo: 'mail.x.example' }, dns);
}

describe('checkHost', () => {
  it.each<[string, string, SpfResult]>([
    // The grammar: one error anywhere spoils all of it (RFC 7208 4.6).
    ['v=spf1 +all moo', HOST, 'permerror'],
    ['v=spf1 ip4:192.0.2.1\t-all', HOST, 'permerror'],
    ['v=spf1 ip4:192.0.2.1/33', HOST, 'permerror'],
    ['v=spf1 ip4:192.0.2.1/08', HOST, 'permerror'],
    ['v=spf1 ip4:192.0.2', HOST, 'permerror'],
    ['v=spf1 ip4:192.0.2.01', HOST, 'permerror'],
    ['v=spf1 ip6:192.0.2.1', HOST, 'permerror'],
    ['v=spf1 a:192.0.2.1', HOST, 'permerror'],
    ['v=spf1 a/24/64', HOST, 'permerror'],
    ['v=spf1 all.', HOST, 'permerror'],
    ['v=spf1 include:', HOST, 'permerror'],
    ['v=spf1 exists', HOST, 'permerror'],
    ['v=spf1 redirect=pass.example redirect=pass.example', HOST, 'permerror'],
    ['v=spf1 a:%{c}.example', HOST, 'permerror'],
    ['v=spf1 a:%{l0}.example', HOST, 'permerror'],
    ['v=spf1 x=%(d)', HOST, 'permerror'],
    // The order of evaluation.
    ['v=spf1', HOST, 'neutral'],
    ['v=spf1   ?all  ', HOST, 'neutral'],
    ['V=SPF1 IP4:192.0.2.0/24 -ALL', HOST, 'pass'],
    ['v=spf1 -ip4:192.0.2.1 +all', HOST, 'fail'],
    ['v=spf1 ~all redirect=pass.example', HOST, 'softfail'],
    ['v=spf1 redirect=pass.example', HOST, 'pass'],
    ['v=spf1 redirect=nowhere.example', HOST, 'permerror'],
    ['v=spf1 unknown=anything a -all', HOST, 'pass'],
    // Addresses.
    ['v=spf1 ip4:192.0.2.1 -all', '::ffff:192.0.2.1', 'pass'],
    ['v=spf1 ip6:::ffff:192.0.2.1 -all', '::ffff:192.0.2.1', 'fail'],
    ['v=spf1 ip4:0.0.0.0/0 -all', HOST6, 'fail'],
    ['v=spf1 ip6:2001:DB8::/32 -all', HOST6, 'pass'],
    // Look-ups.
    ['v=spf1 a -all', HOST6, 'pass'],
    ['v=spf1 a:other.example/0 -all', HOST, 'pass'],
    ['v=spf1 a:other.example//0 -all', HOST, 'fail'],
    ['v=spf1 mx/24 -all', HOST, 'pass'],
    ['v=spf1 mx -all', '2001:db8::25', 'pass'],
    ['v=spf1 mx:other.example ?all', '198.51.100.7', 'neutral'],
    ['v=spf1 exists:%{ir}.%{v}.list.example -all', HOST, 'pass'],
    ['v=spf1 exists:%{l1r-}.user.x.example -all', HOST, 'pass'],
    ['v=spf1 ptr -all', HOST, 'pass'],
    ['v=spf1 ptr:other.example -all', HOST, 'fail'],
    ['v=spf1 a:slow.example -all', HOST, 'temperror'],
    // Includes (RFC 7208 5.2).
    ['v=spf1 include:pass.example -all', HOST, 'pass'],
    ['v=spf1 ?include:pass.example -all', HOST, 'neutral'],
    ['v=spf1 include:fail.example ~all', HOST, 'softfail'],
    ['v=spf1 include:nowhere.example ~all', HOST, 'permerror'],
    ['v=spf1 include:broken.example ~all', HOST, 'permerror'],
    ['v=spf1 include:twice.example ~all', HOST, 'permerror'],
    ['v=spf1 include:slow.example ~all', HOST, 'temperror'],
    ['v=spf1 include:x.example -all', HOST, 'permerror'],
    // Limits (RFC 7208 4.6.4).
    [`v=spf1${' a:other.example'.repeat(10)} ip4:192.0.2.1`, HOST, 'pass'],
    [`v=spf1${' a:other.example'.repeat(11)} ip4:192.0.2.1`, HOST, 'permerror'],
    ['v=spf1 a:n1.example a:n2.example ip4:192.0.2.1', HOST, 'pass'],
    ['v=spf1 a:n1.example a:n2.example exists:n3.example ip4:192.0.2.1', HOST, 'permerror'],
    ['v=spf1 mx:many.example ip4:192.0.2.1', HOST, 'permerror'],
  ])('%s for %s', async (record, ip, result) => {
    const verdict = await check(record, ip, {
      '1.2.0.192.in-addr.list.example': [{ A: '127.0.0.2' }],
      'lee.user.x.example': [{ A: '127.0.0.2' }],
      '1.2.0.192.in-addr.arpa': [{ PTR: 'forged.other.example' }, { PTR: 'X.example.' }],
      'many.example': Array.from({ length: 11 }, (_, index) => ({ MX: [index, 'mail.x.example'] as const })),
    });
    expect(verdict.result).toBe(result);
  });

  it.each<[string, string, SpfResult]>([
    ['', 'mail.x.example', 'none'],
    ['', 'x.example', 'pass'],
    ['@x.example', 'h.example', 'pass'],
    ['x.example', 'h.example', 'pass'],
    ['"a@b"@X.EXAMPLE', 'h.example', 'pass'],
    ['lee@localhost', 'h.example', 'none'],
    ['lee@[192.0.2.1]', 'h.example', 'none'],
    ['lee@a..example', 'h.example', 'none'],
    [`lee@${'a'.repeat(64)}.example`, 'h.example', 'none'],
    [`lee@${'a.'.repeat(200)}example`, 'h.example', 'none'],
    ['lee@\ud800.example', 'h.example', 'none'],
  ])('takes the domain from the sender %j, HELO %s', async (sender, helo, result) => {
    const dns = zoneQuestions(zoneWith('v=spf1 a -all'));
    expect((await checkHost({ ip: HOST, sender, helo }, dns)).result).toBe(result);
  });

  it.each(['', '192.0.2', '192.0.2.256', 'fe80::1%eth0', '::g', 'x'.repeat(1000)])(
    'throws when %j is given for an address',
    async (ip) => {
      await expect(checkHost({ ip, sender: '', helo: 'x.example' }, zoneQuestions({}))).rejects.toThrow(
        RangeError,
      );
    },
  );

  it('says which term matched, down through includes and redirects', async () => {
    const verdict = await check('v=spf1 include:mid.example -all', HOST, {
      'mid.example': [{ TXT: 'v=spf1 redirect=pass.example' }],
    });
    expect(verdict).toMatchObject({
      reason: 'include:mid.example of x.example matched',
      matched: [
        { domain: 'x.example', term: 'include:mid.example' },
        { domain: 'mid.example', term: 'redirect=pass.example' },
        { domain: 'pass.example', term: `ip4:${HOST}` },
      ],
      lookups: 2,
      voidLookups: 0,
    });
  });

  it('says why nothing matched', async () => {
    expect(await check('v=spf1 a:other.example')).toMatchObject({
      reason: 'no term of x.example matched',
      matched: [],
    });
    expect((await check('v=spf1 include:slow.example')).reason).toBe(
      'slow.example could not be looked up: time-out',
    );
  });

  it('reads the explanation of the record that failed, and no other', async () => {
    const more: Zone = {
      'why.example': [{ TXT: 'Not from %{c}, %{L}: see %{o} %{r} %{t}' }],
      'included.example': [{ TXT: 'v=spf1 exp=other-why.example -all' }],
      'other-why.example': [{ TXT: 'wrong' }],
    };
    const dns = zoneQuestions(zoneWith('v=spf1 include:included.example -all exp=why.example', more));
    const verdict = await checkHost(
      { ip: HOST, sender: 'l&e@x.example', helo: 'h.example', receiver: 'mx.example', at: 1234 },
      dns,
    );
    expect(verdict.explanation).toBe('Not from 192.0.2.1, l%26e: see x.example mx.example 1234');
  });

  it.each([
    ['two of them', [{ TXT: 'one' }, { TXT: 'two' }]],
    ['a broken macro', [{ TXT: 'no %{x} such macro' }]],
    ['an escape sequence', [{ TXT: '\u001b[2J' }]],
    ['no answer', ['TIMEOUT' as const]],
  ])('gives no explanation for %s', async (_what, records) => {
    const verdict = await check('v=spf1 -all exp=why.example', HOST, { 'why.example': records });
    expect(verdict).toMatchObject({ result: 'fail', explanation: null });
  });

  it('cuts an explanation that says what the client said a thousand times', async () => {
    const verdict = await check('v=spf1 -all exp=why.example', HOST, {
      'why.example': [{ TXT: '%{s}'.repeat(5000) }],
    });
    expect(verdict.explanation).toHaveLength(1000);
  });

  it('lets no macro name that DNS cannot hold match', async () => {
    const dns = zoneQuestions(zoneWith('v=spf1 exists:%{l}.x.example -all'));
    const verdict = await checkHost({ ip: HOST, sender: 'l\u00e9e@x.example', helo: 'h.example' }, dns);
    expect(verdict.result).toBe('fail');
    expect(dns.asked).toEqual(['x.example TXT']);
  });

  it('ends soon, whatever DNS says', async () => {
    const terms = fc.constantFrom(
      'a',
      'mx',
      'mx:%{p}.m.example',
      'ptr',
      'ptr:x.example',
      'exists:%{p}.e.example',
      'include:%{l}.%{d}',

      'include:x.example',
      'redirect=y.example',
      'exp=%{p}.z.example',
      '?all',
      '-all',
      'a:%{d}.b.example',
      'mx:m.example',
    );
    const records = fc.array(terms, { maxLength: 30 }).map((list) => ['v=spf1', ...list].join(' '));
    await fc.assert(
      fc.asyncProperty(
        fc.array(records, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (texts, isIp6) => {
          const { dns, asked } = endlessDns(texts);
          const verdict = await checkHost(
            { ip: isIp6 ? HOST6 : HOST, sender: 'l@x.example', helo: 'h.example' },
            dns,
          );
          expect(verdict.result).toBeTypeOf('string');
          expect(asked()).toBeLessThanOrEqual(124);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Has an answer to each question, of which none helps: each name has a record, ten MX hosts and a hundred PTR names. */
function endlessDns(texts: readonly string[]): { readonly dns: DnsQuestions; readonly asked: () => number } {
  let asked = 0;
  function found<T>(records: readonly T[]) {
    asked += 1;
    return Promise.resolve({ kind: 'found' as const, records, aliases: [] });
  }
  const dns: DnsQuestions = {
    txt: (name) => found([texts[name.length % texts.length] ?? '']),
    a: () => found(['203.0.113.9']),
    aaaa: () => found(['2001:db8:ffff::9']),
    mx: (name) =>
      found(Array.from({ length: 10 }, (_, index) => ({ preference: index, exchange: `h${index}.${name}` }))),
    ptr: () => found(Array.from({ length: 100 }, (_, index) => `p${index}.x.example`)),
    cname: () => found<string>([]),
  };
  return { dns, asked: () => asked };
}
