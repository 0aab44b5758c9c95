import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlDecoder } from './decode-xml.js';

/** Decodes in pieces of so many bytes; the first has the declaration whole. */
function decode(bytes: Uint8Array, size = bytes.length, first = 60): string {
  const whole = Buffer.from(bytes);
  const decoder = new XmlDecoder();
  let text = decoder.decode(whole.subarray(0, first));
  for (let at = first; at < whole.length; at += size) text += decoder.decode(whole.subarray(at, at + size));
  return text + decoder.end();
}

function declared(encoding: string, body: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="${encoding}"?>`), Buffer.from(body)]);
}

/** With a mark. */
function inUtf32(text: string, order: 'little' | 'big'): Buffer {
  const points = Array.from(`\uFEFF${text}`, (character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, i) =>
    order === 'big' ? bytes.writeUInt32BE(point, i * 4) : bytes.writeUInt32LE(point, i * 4),
  );
  return bytes;
}

const bigEndian = Buffer.from('<feedback>für €</feedback>'.repeat(3), 'utf16le').swap16();

describe('the text of a document', () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['plain ASCII', Buffer.from('<a>x</a>'), '<a>x</a>'],
    ['UTF-8 without a declaration', Buffer.from('<a>für 🂡</a>'), '<a>für 🂡</a>'],
    ['a byte order mark', Buffer.from('\uFEFF<a>ü</a>'), '<a>ü</a>'],
    ['UTF-16 with a mark', Buffer.from('\uFEFF<a>ü🂡</a>', 'utf16le'), '<a>ü🂡</a>'],
    ['UTF-16 without a mark', Buffer.from('<a>ü</a>', 'utf16le'), '<a>ü</a>'],
    ['UTF-16, big end first', bigEndian, '<feedback>für €</feedback>'.repeat(3)],
    ['UTF-16 cut in the middle of a character', Buffer.from('<a>', 'utf16le').subarray(0, 5), '<a'],
    ['UTF-32', inUtf32('<a>ü🂡</a>', 'little'), '<a>ü🂡</a>'],
    ['UTF-32, big end first', inUtf32('<a>ü🂡</a>', 'big'), '<a>ü🂡</a>'],
    ['UTF-32 with what is no character', Buffer.from('fffe0000ffffffff3c000000aa', 'hex'), '\uFFFD<'],
    ['windows-1252', declared('windows-1252', Buffer.from([0x80, 0x91, 0xfc])), '€‘ü'],
    [
      'ISO-8859-1, which the web takes for windows-1252',
      declared('ISO-8859-1', Buffer.from([0x93, 0xe4])),
      '“ä',
    ],
    ['ISO-8859-15', declared('iso-8859-15', Buffer.from([0xa4])), '€'],
    ['ISO-8859-2', declared('iso-8859-2', Buffer.from([0xb3])), 'ł'],
    ['KOI8-R', declared('koi8-r', Buffer.from([0xc1])), 'а'],
    ['ISO-2022-JP', declared('iso-2022-jp', '\u001B$B%F%9%H\u001B(B'), 'テスト'],
    ['Shift_JIS', declared('Shift_JIS', Buffer.from([0x83, 0x65])), 'テ'],
    ['UTF-8 called UTF-16', declared('utf-16', '<a>ü</a>'), '<a>ü</a>'],
    ['UTF-8 called by another name of UTF-16', declared('unicode', '<a>ü</a>'), '<a>ü</a>'],
    ['an encoding that nobody knows', declared('klingon', 'ü'), 'ü'],
    ['Latin-1 called UTF-8', declared('utf-8', Buffer.from('für', 'latin1')), 'für'],
    [
      'UTF-8 in which Latin-1 follows',
      Buffer.concat([Buffer.from('<a>ü'), Buffer.from('ü', 'latin1')]),
      '<a>üü',
    ],
    ['UTF-8 that ends in the middle of a character', Buffer.from('<a>€').subarray(0, 5), '<a>â‚'],
    ['overlong UTF-8', Buffer.from([0x3c, 0xc0, 0xaf]), '<À¯'],
    ['nothing', Buffer.alloc(0), ''],
  ];

  it.each(cases)('in %s', (_title, bytes, expected) => {
    expect(decode(bytes).replace(/^<\?xml.*?\?>/, '')).toBe(expected);
  });

  it.each(cases)('in %s, byte by byte', (_title, bytes) => {
    expect(decode(bytes, 1)).toBe(decode(bytes, bytes.length, bytes.length));
  });
});

describe('text in pieces', () => {
  const start = '<a>'.padEnd(60);

  it('is the same wherever it is cut', () => {
    const outcomes = fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 1, max: 9 }),
      (text, size) => {
        for (const encoding of ['utf8', 'utf16le'] as const) {
          const bytes = Buffer.from(`${start}${text}`, encoding);
          if (decode(bytes, size) !== `${start}${text}`) return false;
        }
        return true;
      },
    );
    expect(() => fc.assert(outcomes, { numRuns: 300 })).not.toThrow();
  });

  it('of any bytes is the same wherever it is cut, and no byte is lost', () => {
    const outcomes = fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (tail, size) => {
        const bytes = Buffer.concat([Buffer.from(start), tail]);
        const text = decode(bytes, size);
        return text === decode(bytes, bytes.length) && text.length >= 60 + Math.floor(tail.length / 4);
      },
    );
    expect(() => fc.assert(outcomes, { numRuns: 1000 })).not.toThrow();
  });
});
