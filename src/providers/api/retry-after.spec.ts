import { describe, expect, it } from 'vitest';
import { retryAfter, untilReset } from './retry-after.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('retryAfter', () => {
  it.each<[string | null, number | null]>([
    [null, null],
    ['', null],
    ['soon', null],
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['-7', null],
    ['1.5', null],
    ['9999999999', null],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ])('%j: %s ms', (header, expected) => {
    expect(retryAfter(header, NOW)).toBe(expected);
  });
});

describe('untilReset', () => {
  it.each<[string | null, number | null]>([
    [null, null],
    ['', null],
    ['soon', null],
    ['-1', null],
    [String(NOW / 1000 + 30), 30_000],
    [String(NOW / 1000 - 30), 0],
  ])('%j: %s ms', (header, expected) => {
    expect(untilReset(header, NOW)).toBe(expected);
  });
});
