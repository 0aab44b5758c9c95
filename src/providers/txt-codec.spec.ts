import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTxtRdata, quoteTxt, splitTxt, txtFromText, unquoteTxt } from './txt-codec.js';

const bytes = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 800 })
  .map((codes) => String.fromCharCode(...codes));

describe('TXT codec', () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [255, [255]],
    [256, [255, 1]],
    [510, [255, 255]],
    [511, [255, 255, 1]],
  ])('%i bytes become strings of %j', (length, expected) => {
    expect(splitTxt('x'.repeat(length)).map((string) => string.length)).toEqual(expected);
  });

  it('puts the length before each string', () => {
    expect(encodeTxtRdata('ab').toString('hex')).toBe('026162');
    expect(encodeTxtRdata('').toString('hex')).toBe('00');
  });

  it.each([
    ['v=DMARC1; p=none', '"v=DMARC1; p=none"'],
    ['', '""'],
    [String.raw`a"b\c`, String.raw`"a\"b\\c"`],
    ['\u00e9\n', String.raw`"\233\010"`],
  ])('%j is written as %s', (value, text) => {
    expect(quoteTxt(value)).toBe(text);
    expect(unquoteTxt(text)).toBe(value);
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(unquoteTxt(quoteTxt(value))).toBe(value);
      }),
    );
  });

  it('joins strings, and reads escapes that were not needed', () => {
    expect(unquoteTxt(String.raw`"v=DMARC1\; " "p=none"`)).toBe('v=DMARC1; p=none');
    expect(unquoteTxt('"a"\t"b"')).toBe('ab');
  });

  it.each(['', 'v=DMARC1', '"open', '"a" b', '"a\\', '"\\999"', '"\\25"', '"\\'])('%j is no TXT', (text) => {
    expect(unquoteTxt(text)).toBeNull();
  });

  it('refuses wide characters and more than a record holds', () => {
    expect(() => quoteTxt('\u2019')).toThrow(RangeError);
    expect(() => quoteTxt('x'.repeat(70_000))).toThrow(RangeError);
  });
});

describe('txtFromText', () => {
  it.each([
    ['', ''],
    ['v=DMARC1; p=none', 'v=DMARC1; p=none'],
    ['é', '\u00c3\u00a9'],
    ['\u20ac', '\u00e2\u0082\u00ac'],
  ])('%j stands in DNS as the bytes %j', (text, value) => {
    expect(txtFromText(text)).toBe(value);
  });
});
