import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asNameOf, originOf } from './origin-answer.js';

describe('originOf', () => {
  it.each<[string, readonly string[], number | null]>([
    ['one answer', ['64496 | 192.0.2.0/24 | ZZ | example | 2020-01-01'], 64_496],
    ['without spaces, and without what is not needed', ['64496|192.0.2.0/24'], 64_496],
    ['several numbers: the first', ['64496 64497 | 192.0.2.0/24 | ZZ | example | 2020-01-01'], 64_496],
    [
      'several prefixes: the longest',
      ['64497 | 192.0.0.0/16 | ZZ', '64496 | 192.0.2.0/24 | ZZ', '64498 | 192.0.0.0/8 | ZZ'],
      64_496,
    ],
    ['IPv6', ['64496 | 2001:db8::/32 | ZZ | example | 2020-01-01'], 64_496],
    ['the highest number', ['4294967295 | 192.0.2.0/24'], 4_294_967_295],
    ['a number that no network has', ['4294967296 | 192.0.2.0/24', '0 | 192.0.2.0/24'], null],
    ['no answer', [], null],
    ['something else', ['', 'v=spf1 -all', '| | |', 'NA | 192.0.2.0/24', '64496', '64496 | elsewhere'], null],
    ['a very long answer', [`64496${' 64497'.repeat(10_000)} | 192.0.2.0/24`], null],
  ])('%s', (_what, texts, asn) => {
    expect(originOf(texts)).toBe(asn);
  });
});

describe('asNameOf', () => {
  it.each<[string, readonly string[], string | null]>([
    [
      'the fifth field',
      ['64496 | ZZ | example | 2020-01-01 | EXAMPLE-AS Example, ZZ'],
      'EXAMPLE-AS Example, ZZ',
    ],
    ['with what stands behind it', ['64496 | ZZ | example | 2020-01-01 | A | B'], 'A | B'],
    ['as UTF-8', ['1 | ZZ | e | d | M\u00c3\u00bcller'], 'Müller'],
    ['without control characters', ['1 | ZZ | e | d | A\u001b[31mB\nC\u0000'], 'A [31mB C'],
    ['without marks that turn the text around', [`1 | ZZ | e | d | A${latin1('\u202e')}B`], 'A B'],
    ['cut', [`1 | ZZ | e | d | ${'A'.repeat(10_000)}`], 'A'.repeat(100)],
    ['nothing', [], null],
    ['too few fields', ['64496 | ZZ | example | 2020-01-01', 'x', ''], null],
    ['empty', ['64496 | ZZ | example | 2020-01-01 |  '], null],
  ])('%s', (_what, texts, name) => {
    expect(asNameOf(texts)).toBe(name);
  });
});

it('whatever comes, the name can be shown and the number is one', () => {
  const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCodePoint(code));
  const text = fc.string({ unit: fc.oneof(fc.constantFrom('|', ' ', '/', '1', '.'), byte), maxLength: 600 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
      const fields = texts.map((each) => `1 | 2 | 3 | 4 | ${each}`);
      const name = asNameOf(fields) ?? 'x';
      expect(name).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u);
      const asn = originOf(texts) ?? 1;
      expect(Number.isSafeInteger(asn) && asn >= 1 && asn < 2 ** 32).toBe(true);
    }),
  );
});

/** UTF-8 as one character a byte. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
