import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyColumns, copyText, keyText } from './copy-line.js';

/** As PostgreSQL reads a value back. */
function unescape(text: string): string {
  const meant = new Map([
    ['\\\\', '\\'],
    ['\\t', '\t'],
    ['\\n', '\n'],
    ['\\r', '\r'],
  ]);
  return text.replaceAll(/\\[\\tnr]/g, (sequence) => meant.get(sequence)!);
}

describe('a value for COPY', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['\\N', '\\\\N'],
    ['\\.', '\\\\.'],
    ['a\tb\nc\rd', 'a\\tb\\nc\\rd'],
    ['nul\0', 'nul'],
    ['half \ud800 a pair', 'half \ufffd a pair'],
    ['whole \u{1f600}', 'whole \u{1f600}'],
  ])('%j is written as %j', (text, written) => {
    expect(copyText(text)).toBe(written);
  });

  it('never ends its column or its line, and is read back as it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', 'N', '.', 'ü', '\u{1f600}') }),
        (text) => {
          const written = copyText(text);
          expect(written).not.toMatch(/[\t\n\r]/);
          expect(unescape(written)).toBe(text);
        },
      ),
    );
  });

  it('may be of any kind', () => {
    const line = copyColumns(['a', 1, true, null, undefined, { text: 'a"\n\0' }, []]);
    expect(line).toBe('a\t1\ttrue\t\\N\t\\N\t{"text":"a\\\\"\\\\n"}\t[]\n');
  });
});

describe('a text in a key', () => {
  it('is cut where an index could not hold it, and can be stored', () => {
    expect(keyText('x'.repeat(255))).toHaveLength(255);
    expect(keyText('x'.repeat(100_000))).toHaveLength(255);
    expect(keyText(`${'x'.repeat(254)}\u{1f600}`)).toBe(`${'x'.repeat(254)}\ufffd`);
  });
});
