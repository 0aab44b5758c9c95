import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteOctal, unescapeName, unquoteOctal } from './octal-text.js';

describe('TXT as Route 53 writes it', () => {
  it.each([
    ['v=DMARC1; p=none', '"v=DMARC1; p=none"'],
    [String.raw`a"b\c`, String.raw`"a\"b\\c"`],
    ['\u00e9\n*', String.raw`"\351\012*"`],
    ['', '""'],
  ])('%j is written as %s', (value, text) => {
    expect(quoteOctal(value)).toBe(text);
    expect(unquoteOctal(text)).toBe(value);
  });

  it('reads back whatever it writes', () => {
    const bytes = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 600 })
      .map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(bytes, (value) => {
        expect(unquoteOctal(quoteOctal(value))).toBe(value);
      }),
    );
  });

  it.each([
    [String.raw`"v=DMARC1\073 p=none"`, 'v=DMARC1; p=none'],
    [String.raw`"\\052"`, String.raw`\052`],
    ['"a" "b"', 'ab'],
  ])('%s is read as %j', (text, value) => {
    expect(unquoteOctal(text)).toBe(value);
  });

  it.each(['v=DMARC1', '', '"open', String.raw`"\9"`, String.raw`"\777"`])('%j is no TXT', (text) => {
    expect(unquoteOctal(text)).toBeNull();
  });

  it('reads names', () => {
    expect(unescapeName(String.raw`\052.example.test.`)).toBe('*.example.test.');
    expect(unescapeName('_dmarc.example.test.')).toBe('_dmarc.example.test.');
  });
});
