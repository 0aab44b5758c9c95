import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpfRecord } from './parse-record.js';
import { isSpfRecord } from './spf-record.js';

describe('isSpfRecord', () => {
  it.each([
    ['v=spf1', true],
    ['V=SpF1 -all', true],
    ['v=spf10', false],
    ['v=spf1;', false],
    ['v=spf1\t-all', false],
    [' v=spf1 -all', false],
    ['spf2.0/pra -all', false],
    ['', false],
  ])('%j: %s', (text, is) => {
    expect(isSpfRecord(text)).toBe(is);
  });
});

describe('parseSpfRecord', () => {
  it('reads all kinds of terms with their places', () => {
    const record = parseSpfRecord('v=spf1  a:%{d}/24//64 ~MX ?ip4:192.0.2.0/24 x-y=z exp=why.example -all ');
    expect(record.faults).toEqual([]);
    expect(
      record.directives.map(({ text, place, qualifier, mechanism }) => [
        text,
        place.start,
        place.end,
        qualifier,
        mechanism.kind,
      ]),
    ).toEqual([
      ['a:%{d}/24//64', 8, 21, '+', 'a'],
      ['~MX', 22, 25, '~', 'mx'],
      ['?ip4:192.0.2.0/24', 26, 43, '?', 'ip4'],
      ['-all', 66, 70, '-', 'all'],
    ]);
    expect(record.directives[0]?.mechanism).toMatchObject({ prefixes: { ip4: 24, ip6: 64 } });
    expect(record.unknownModifiers).toMatchObject([{ name: 'x-y', value: 'z' }]);
    expect(record.explanation?.target.text).toBe('why.example');
    expect(record.redirect).toBeNull();
  });

  it.each([
    ['v=spf1 moo', 7, 'moo', 'there is no such mechanism'],
    ['v=spf1 a -', 10, '-', 'a mechanism is missing'],
    ['v=spf1 -all:x', 11, '-all:x', 'nothing may follow "all"'],
    ['v=spf1 ip4:192.0.2.300', 11, 'ip4:192.0.2.300', 'this is no IPv4 address'],
    ['v=spf1 ip4:2001:db8::1', 11, 'ip4:2001:db8::1', 'this is no IPv4 address'],
    ['v=spf1 ip4:192.0.2.0/33', 20, 'ip4:192.0.2.0/33', 'no such prefix length'],
    ['v=spf1 ip6', 10, 'ip6', 'a colon and an address are missing'],
    ['v=spf1 mx//129', 9, 'mx//129', 'no such prefix length'],
    ['v=spf1 a:192.0.2.1', 9, 'a:192.0.2.1', 'an IP address stands where a domain name belongs'],
    ['v=spf1 a:x.123', 9, 'a:x.123', 'the last label is no top-level domain'],
    ['v=spf1 include:localhost', 15, 'include:localhost', 'a domain name has at least two labels'],
    ['v=spf1 include', 14, 'include', 'a colon and a domain name are missing'],
    ['v=spf1 exists:', 14, 'exists:', 'a domain name is missing'],
    [
      'v=spf1 exists:x%y.example',
      15,
      'exists:x%y.example',
      'after % comes one of {, %, _ and -, and a macro is complete',
    ],
    ['v=spf1 exists:x.%{q}.example', 16, 'exists:x.%{q}.example', 'there is no macro %{q}'],
    [
      'v=spf1 redirect=a.example redirect=b.example',
      26,
      'redirect=b.example',
      'redirect= stands there a second time',
    ],
    ['v=spf1 a\tmx', 8, 'a\tmx', 'a tab; only spaces part the terms'],
    ['v=spf1 \xe2\x80\x93all', 7, '\xe2\x80\x93all', 'a character outside ASCII (hexadecimal e2)'],
    ['v=spf1 a\0', 8, 'a\0', 'a control character (hexadecimal 0)'],
  ])('%j is broken at character %i', (text, start, term, message) => {
    expect(parseSpfRecord(text).faults).toMatchObject([{ place: { start }, term, message }]);
  });

  it('keeps what it could make out beside a fault', () => {
    const record = parseSpfRecord('v=spf1 a moo -all');
    expect(record.directives.map(({ text }) => text)).toEqual(['a', '-all']);
  });

  it('tells twenty faults of a thousand', () => {
    expect(parseSpfRecord(`v=spf1${' moo'.repeat(1000)}`).faults).toHaveLength(20);
  });

  it('never throws, and its places lie in the text', () => {
    const likely = fc
      .array(
        fc.constantFrom(
          'a',
          'mx',
          'ip4:',
          'ip6:',
          '::',
          '1.2.3.4',
          '/',
          '%{',
          'd',
          '}',
          ' ',
          '=',
          ':',
          'all',
          '-',
          '\xff',
          'redirect=',
        ),
        {
          maxLength: 60,
        },
      )
      .map((parts) => `v=spf1 ${parts.join('')}`);
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary', maxLength: 100 })), (text) => {
        const { directives, faults } = parseSpfRecord(text);
        for (const { text: term, place } of directives) expect(text.slice(place.start, place.end)).toBe(term);
        for (const { place } of faults) {
          expect(place.start).toBeLessThanOrEqual(place.end);
          expect(place.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['macros', `exists:${'%{l}'.repeat(16_000)}`],
    ['open macros', `exists:${'%{'.repeat(32_000)}`],
    ['dots', `a:${'.'.repeat(64_000)}`],
    ['hyphens in the last label', `a:x.${'-a'.repeat(32_000)}-`],
    ['slashes', `a:${'/1'.repeat(32_000)}`],
    ['digits', `ip4:${'1'.repeat(64_000)}`],
    ['colons', `ip6:${':'.repeat(64_000)}`],
    ['equals signs', '='.repeat(64_000)],
    ['a name without end', 'a'.repeat(64_000)],
  ])('does not dwell on %s', (_what, term) => {
    // 64 KB, the most that a TXT record holds; a reader that goes back and forth never ends here.
    expect(parseSpfRecord(`v=spf1 ${term}`).text.length).toBeGreaterThan(60_000);
  });
});
