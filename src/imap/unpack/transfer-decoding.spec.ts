import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodedSource } from './encoded-source.js';
import { decodeBase64, decodeQuotedPrintable } from './transfer-decoding.js';

function base64(text: string | Buffer): EncodedSource {
  const encoded = Buffer.from(text);
  return new EncodedSource(encoded, decodeBase64, encoded.length);
}

function quotedPrintable(text: string | Buffer): EncodedSource {
  const encoded = Buffer.from(text);
  return new EncodedSource(encoded, decodeQuotedPrintable, encoded.length);
}

function whole(source: EncodedSource): string {
  return source.read(0, source.atMost).toString('latin1');
}

function inLines(text: string, length: number): string {
  const count = Math.ceil(text.length / length);
  return Array.from({ length: count }, (_, i) => text.slice(i * length, (i + 1) * length)).join('\r\n');
}

describe('base64', () => {
  it.each([
    ['lines', 'aGVs\r\nbG8=\r\n', 'hello'],
    ['no padding', 'aGVsbG8', 'hello'],
    ['spaces and other characters', ' a G\tV!s bG8=', 'hello'],
    ['two files, one behind the other', 'aGVsbG8=\r\naGVsbG8=\r\n', 'hellohello'],
    ['padding alone', '====', ''],
    ['nothing', '', ''],
  ])('with %s', (_title, encoded, expected) => {
    expect(whole(base64(encoded))).toBe(expected);
  });

  it.each([76, 60, 75, 1_000_000])('of a large file in lines of %i can be read anywhere', (length) => {
    const plain = randomBytes(700_000);
    const source = base64(inLines(plain.toString('base64'), length));
    for (const [start, end] of [
      [0, 10],
      [650_000, 690_000],
      [100_000, 400_000],
      [699_990, 800_000],
      [0, 700_000],
      [900_000, 900_010],
    ] as const) {
      expect(plain.subarray(start, end).equals(source.read(start, end))).toBe(true);
    }
  });
});

describe('encoded data that hold nothing', () => {
  const MEBIBYTE = 1024 * 1024;

  it.each([
    ['padding', base64, '=', 'aGVsbG8='],
    ['spaces', base64, ' ', 'aGVsbG8='],
    ['crumbs', base64, 'A=', 'aGVsbG8='],
    ['soft breaks', quotedPrintable, '=\r\n', 'hello'],
  ] as const)('for long end there: %s', (_title, source, nothing, hello) => {
    const some = nothing.repeat(MEBIBYTE / 8);
    expect(whole(source(`${hello}\r\n${some.slice(0, 100_000)}\r\n${hello}`))).toMatch(/^hello\s*hello$/);
    expect(whole(source(hello + nothing.repeat(MEBIBYTE) + hello))).toBe('hello');
  });

  it('but crumbs are put together', () => {
    const source = base64('YWJj='.repeat(100_000));
    expect(source.read(299_990, 300_010).toString()).toBe('cabcabcabc');
  });

  it('crumbs are decoded as each is by itself', () => {
    const crumb = fc.string({
      unit: fc.constantFrom('Q', 'z', '7', '-', '/', '\r\n', ' ', '!'),
      maxLength: 9,
    });
    const outcomes = fc.property(fc.array(crumb, { minLength: 1, maxLength: 9 }), (crumbs) => {
      const times = Math.ceil(3000 / crumbs.length);
      const each = crumbs.map((text) => Buffer.from(text, 'base64').toString('latin1')).join('');
      return (
        whole(
          base64(
            crumbs
              .map((text) => `${text}=`)
              .join('')
              .repeat(times),
          ),
        ) === each.repeat(times)
      );
    });
    expect(() => fc.assert(outcomes, { numRuns: 100 })).not.toThrow();
  });

  it('crumbs far inside are found by going there and back', () => {
    const plain = Array.from({ length: 60_000 }, (_, at) => `${at},`).join('');
    const crumbs = plain.match(/.{1,4}/g)?.map((text) => Buffer.from(text).toString('base64')) ?? [];
    const source = base64(crumbs.join('\r\n'));
    for (const start of [250_000, 20, 250_000, 100_000, 249_990]) {
      expect(source.read(start, start + 40_000).toString()).toBe(plain.slice(start, start + 40_000));
    }
  });
});

describe('quoted-printable', () => {
  it.each([
    ['escapes', 'f=C3=BC=c3=bcr', 'f\u00C3\u00BC\u00C3\u00BCr'],
    ['soft breaks', 'a=\r\nb= \t\nc', 'abc'],
    ['what is no escape', 'a==zz=4', 'a==zz=4'],
    ['an escape behind a broken one', '==41', '=A'],
    ['hard breaks', 'a\r\nb\n', 'a\r\nb\n'],
  ])('with %s', (_title, encoded, expected) => {
    expect(whole(quotedPrintable(encoded))).toBe(expected);
  });

  it.each(['', '=\r\n', '\r\n'])(
    'of a large text in one line or with %j is decoded without a seam',
    (lineEnd) => {
      const line = 'x=3Dy=C3=BCz'.repeat(6) + lineEnd;
      const decoded = line
        .replaceAll('=\r\n', '')
        .replaceAll('=3D', '=')
        .replaceAll('=C3=BC', '\u00C3\u00BC');
      expect(whole(quotedPrintable(line.repeat(5000)))).toBe(decoded.repeat(5000));
    },
  );

  it('of any bytes never grows', () => {
    const bytes = fc.string({ unit: fc.constantFrom('=', '4', '1', 'x', ' ', '\r', '\n') });
    const outcomes = fc.property(bytes, (text) => whole(quotedPrintable(text)).length <= text.length);
    expect(() => fc.assert(outcomes, { numRuns: 1000 })).not.toThrow();
  });
});
