import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/rollout/observation.js';
import { checkDkim } from '../../src/core/checks/dkim/check-dkim.js';
import { checkDmarc } from '../../src/core/checks/dmarc/check-dmarc.js';
import type { DnsAnswer, DnsQuestions, MxRecord } from '../../src/core/checks/dns-answers.js';
import type { Finding } from '../../src/core/checks/finding.js';
import { checkMx } from '../../src/core/checks/mx/check-mx.js';
import { checkReverseDns } from '../../src/core/checks/rdns/check-reverse-dns.js';

const odd = fc.constantFrom(
  '',
  '.',
  '..',
  'a',
  'example.com',
  'x'.repeat(300),
  '192.0.2.1',
  '::1',
  '[192.0.2.1]',
  '\u0000',
  '<script>',
);
const name = fc.oneof(odd, fc.string({ maxLength: 30 }));
const piece = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    'v=DMARC1',
    'v=DKIM1',
    'v=STSv1',
    'v=TLSRPTv1',
    'v=BIMI1',
    ';',
    '; p=',
    'p=none',
    '; psd=n',
    '; id=1',
  ),
  fc.constantFrom(
    '; rua=mailto:',
    'd@example.net',
    ',',
    '!',
    'MIGf',
    '=',
    '"',
    '\\',
    'AAAA',
    '; fo=',
    ':',
    '; t=y',
    '; k=ed25519',
  ),
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
  piece.map((one) => one.repeat(3000)),
);
const aliases = fc.array(name, { maxLength: 3 });

function answer<T>(record: fc.Arbitrary<T>): fc.Arbitrary<DnsAnswer<T>> {
  const records = fc.oneof(
    fc.array(record, { minLength: 1, maxLength: 4 }),
    fc.array(record, { minLength: 100, maxLength: 120 }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('found' as const), records, aliases }) },
    fc.record({ kind: fc.constant('none' as const), exists: fc.boolean(), aliases }),
    fc.record({ kind: fc.constant('unknown' as const), reason: fc.string({ maxLength: 20 }) }),
  );
}

const mx: fc.Arbitrary<MxRecord> = fc.record({
  preference: fc.integer({ min: 0, max: 65_535 }),
  exchange: name,
});
const address = fc.oneof(odd, fc.ipV4(), fc.ipV6());

const answers = fc.record({
  txt: fc.array(answer(text), { minLength: 1, maxLength: 4 }),
  a: answer(address),
  aaaa: answer(address),
  mx: answer(mx),
  ptr: answer(name),
  cname: answer(name),
});
type Answers = typeof answers extends fc.Arbitrary<infer A> ? A : never;

/** Each name gets one of a few answers, so that what hangs together can meet. Counts what is asked. */
function zoneOf(given: Answers): { readonly dns: DnsQuestions; readonly asked: string[] } {
  const asked: string[] = [];
  async function say<T>(what: string, said: T): Promise<T> {
    asked.push(what);
    return said;
  }
  const dns: DnsQuestions = {
    txt: (at) => say(at, given.txt[at.length % given.txt.length]!),
    a: (at) => say(at, given.a),
    aaaa: (at) => say(at, given.aaaa),
    mx: (at) => say(at, given.mx),
    ptr: (at) => say(at, given.ptr),
    cname: (at) => say(at, given.cname),
  };
  return { dns, asked };
}

const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    kind: fc.constant('record' as const),
    text,
    ttl: fc.nat(),
    others: fc.array(text, { maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant('absent' as const), others: fc.array(text, { maxLength: 20 }) }),
  fc.record({ kind: fc.constant('cname' as const), target: name }),
);

const domains = fc.constantFrom(
  'example.com',
  'a.b.example.co.uk',
  'com',
  'x.github.io',
  `${'a.'.repeat(100)}example.com`,
);
const addresses = fc.array(
  fc.record({ address, role: fc.constantFrom('sender' as const, 'mx' as const), host: fc.option(name) }),
  { maxLength: 40 },
);
const selectors = fc.array(
  fc.record({ name, from: fc.constantFrom('evidence' as const, 'settings' as const) }),
  { maxLength: 40 },
);

/** Not empty, and not more than anybody reads: some findings, with short messages. */
function isReadable(check: string, findings: readonly Finding[]): boolean {
  return (
    findings.length > 0 &&
    findings.length < 130 &&
    findings.every(
      (one) => one.check === check && one.id.startsWith(`${check}-`) && one.message.length < 1200,
    )
  );
}

describe('whatever DNS says', () => {
  it('the check of reverse DNS ends soon and has something to say', async () => {
    await fc.assert(
      fc.asyncProperty(addresses, answers, async (given, zone) => {
        const { dns, asked } = zoneOf(zone);
        expect(isReadable('rdns', [...(await checkReverseDns(given, dns))])).toBe(true);
        expect(asked.length).toBeLessThanOrEqual(120);
      }),
    );
  });

  it('that of MX records does', async () => {
    await fc.assert(
      fc.asyncProperty(domains, answers, async (domain, zone) => {
        const { dns, asked } = zoneOf(zone);
        expect(isReadable('mx', (await checkMx(domain, dns)).findings)).toBe(true);
        expect(asked.length).toBeLessThanOrEqual(25);
      }),
    );
  });

  it('that of DKIM does', async () => {
    await fc.assert(
      fc.asyncProperty(domains, selectors, answers, async (domain, given, zone) => {
        const { dns, asked } = zoneOf(zone);
        expect(isReadable('dkim', await checkDkim(domain, given, dns))).toBe(true);
        expect(asked.length).toBeLessThanOrEqual(60);
      }),
      { numRuns: 50 },
    );
  });

  it('that of DMARC does', async () => {
    await fc.assert(
      fc.asyncProperty(
        domains,
        observation,
        answers,
        fc.option(name),
        async (domain, seen, zone, mailbox) => {
          const { dns, asked } = zoneOf(zone);
          expect(isReadable('dmarc', await checkDmarc(domain, seen, dns, { mailbox }))).toBe(true);
          expect(asked.length).toBeLessThanOrEqual(155);
        },
      ),
    );
  });
});
