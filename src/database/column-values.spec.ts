import * as fc from 'fast-check';
import { types } from 'pg';
import { describe, expect, it } from 'vitest';
import { arrayText, jsonText, storableJson } from './column-values.js';

/** text[] */
const TEXT_ARRAY: number = 1009;

describe('an array parameter', () => {
  it('is read back as it was', () => {
    const read = types.getTypeParser(TEXT_ARRAY);
    const word = fc.oneof(
      fc.constantFrom('', 'NULL', 'null', '{}', ' '),
      fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '{', '}', '\n', ' ', 'ü', '\u{1f600}') }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(word)), (values) => {
        expect(read(arrayText(values))).toEqual(values);
      }),
    );
  });

  it('may be of numbers', () => {
    expect(arrayText([1, null, -2.5])).toBe('{1,NULL,-2.5}');
  });
});

describe('JSON for a column', () => {
  it('holds what can be stored', () => {
    expect(jsonText(null)).toBeNull();
    expect(jsonText({ text: 'a\0b\ud800', more: ['\\u0000'] })).toBe(
      '{"text":"ab\ufffd","more":["\\\\u0000"]}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(value !== null);
        expect(jsonText(value)).toBe(JSON.stringify(storableJson(value)));
      }),
    );
  });
});
