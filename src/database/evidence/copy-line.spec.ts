import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyColumns, copyLine, copyText, keyText } from './copy-line.js';
import { storableJson } from '../column-values.js';

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

describe('a row for COPY', () => {
  const word = fc.oneof(
    fc.constantFrom('', 'pass', 'a.example', '2001:db8::1'),
    fc.string({
      unit: fc.constantFrom('a', ' ', '~', '"', '\\', '\t', '\n', '\0', '\x7f', 'ü', '\ud800', '\u{1f600}'),
    }),
    fc.string({ minLength: 250, maxLength: 260, unit: 'grapheme-ascii' }),
  );
  const wordOrNull = fc.option(word);
  const record = fc.record({
    sourceIp: word,
    count: fc.nat(),
    disposition: word,
    dkim: word,
    spf: word,
    reasons: fc.array(fc.record({ type: word, comment: wordOrNull }), { maxLength: 3 }),
    headerFrom: word,
    envelopeFrom: wordOrNull,
    envelopeTo: wordOrNull,
    dkimResults: fc.array(fc.record({ domain: word, selector: wordOrNull, result: word }), { maxLength: 3 }),
    spfResults: fc.array(
      fc.record({
        domain: word,
        scope: fc.constantFrom('mfrom' as const, 'helo' as const, null),
        result: word,
      }),
      { maxLength: 3 },
    ),
  });
  const JUDGEMENT = {
    passed: true,
    dkimAligned: true,
    spfAligned: false,
    forwarded: false,
    brokenSignature: false,
    indirect: false,
    disputed: false,
  };

  it('is the same as value by value, and JSON as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(record, wordOrNull, (row, authenticatedAs) => {
        const line = copyLine({ reportId: '7', day: '2026-11-21', ordinal: 1 }, row, {
          ...JUDGEMENT,
          authenticatedAs,
        });
        const { envelopeFrom, envelopeTo, reasons, dkimResults, spfResults } = row;
        const detail = Object.entries({ envelopeFrom, envelopeTo, reasons, dkimResults, spfResults });
        const kept = detail.filter(
          ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
        );
        const columns = ['7', '2026-11-21', 1, row.sourceIp, row.count, row.disposition, row.dkim, row.spf];
        const keys = [keyText(row.headerFrom), keyText(authenticatedAs ?? '')];
        const flags = ['t', 't', 'f', 'f', 'f', 'f', 'f'];
        const json = JSON.stringify(storableJson(Object.fromEntries(kept)));
        expect(line).toBe(copyColumns([...columns, ...keys, ...flags, json]));
      }),
    );
  });
});
