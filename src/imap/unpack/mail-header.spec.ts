import * as fc from 'fast-check';
import { addressParser, decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { authorAddress, readableText, splitHeader } from './mail-header.js';

function authorOf(from: string): string | null {
  return authorAddress(splitHeader(Buffer.from(`From: ${from}\r\n\r\n`)).header);
}

describe('the author of a mail', () => {
  it.each([
    ['noreply@google.com', 'noreply@google.com'],
    ['<noreply@google.com>', 'noreply@google.com'],
    ['DMARC Reports <noreply@google.com>', 'noreply@google.com'],
    ['"Reports, DMARC" <noreply@google.com>', 'noreply@google.com'],
    ['one@a.example, two@b.example', null],
    ['nobody', null],
  ])('%s is %s', (from, expected) => {
    expect(authorOf(from)).toBe(expected);
  });

  it('is the same with and without a parser', () => {
    const pieces = fc.constantFrom(
      'a',
      'b.',
      '@',
      '<',
      '>',
      ' ',
      '-',
      '+',
      'A@b.c',
      '<x@y.z>',
      ',',
      '"',
      '=?',
    );
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (some) => {
        const from = some.join('').trim();
        const parsed = addressParser(from, { flatten: true }).flatMap(({ address = '' }) => address || []);
        expect(authorOf(from)).toBe(parsed.length === 1 ? parsed[0] : null);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('text for people', () => {
  it.each([
    ['Report domain: a.example', 'Report domain: a.example'],
    ['=?utf-8?q?caf=C3=A9?=', 'café'],
    ['two\t lines\u0007', 'two lines'],
    ['  ', null],
  ])('%j is shown as %j', (value, expected) => {
    expect(readableText(value)).toBe(expected);
  });

  it('is left alone where nothing is to be decoded', () => {
    const plain = fc.stringMatching(/^[!-~]{1,12}( [!-~]{1,12}){0,3}$/).filter((it) => !it.includes('=?'));
    fc.assert(fc.property(plain, (value) => readableText(value) === value && decodeWords(value) === value));
  });
});
