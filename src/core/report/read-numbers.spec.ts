import { describe, expect, it } from 'vitest';
import { readCount, readWholeNumber } from './read-numbers.js';

describe('a number of messages', () => {
  it.each([
    ['5', 5],
    ['5.', 5],
    ['5.0', 5],
    ['5.00', 5],
    ['0005', 5],
    [`${'0'.repeat(2000)}5`, 5],
    ['0', 0],
    ['1000000001', 1_000_000_001],
  ])('%j is %i', (text, count) => {
    expect(readCount(text)).toBe(count);
  });

  it.each(['5.5', '5.01', '1.000', '1,000', '1e3', '-4', '+4', '0x4', '4 4', '.0', '.', '', 'x', '٤', '4\n'])(
    '%j is none',
    (text) => {
      expect(readCount(text)).toBeNull();
    },
  );
});

describe('a time in whole seconds', () => {
  it.each([
    ['1337270400', 1_337_270_400],
    ['1337270400.0', 1_337_270_400],
    [`1337270400.${'9'.repeat(50)}`, 1_337_270_400],
    [`${'0'.repeat(2000)}7.`, 7],
    ['999999999999999', 999_999_999_999_999],
  ])('%j is %i', (text, seconds) => {
    expect(readWholeNumber(text)).toBe(seconds);
  });

  it.each(['1000000000000000', '-1', '1e9', '.5', '1.2.3', '1 2', '', 'yesterday', `${'0'.repeat(2000)}x`])(
    '%j is none',
    (text) => {
      expect(readWholeNumber(text)).toBeNull();
    },
  );
});
