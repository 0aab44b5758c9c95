import { describe, expect, it } from 'vitest';
import { progressText, spanText } from './progress-line.js';

describe('progress', () => {
  it.each([
    [0, 0, null, '0 of 0 (100 %)'],
    [0, 1000, null, '0 of 1,000 (0 %)'],
    [12_000, 100_000, 1900, '12,000 of 100,000 (12 %), 1,900 a second, 47 s left'],
    [999, 1000, 0, '999 of 1,000 (99 %)'],
    [1000, 1000, 12.4, '1,000 of 1,000 (100 %), 12 a second'],
  ])('%d of %d at %s', (done, total, perSecond, text) => {
    expect(progressText(done, total, perSecond)).toBe(text);
  });

  it.each([
    [0.2, '1 s'],
    [99, '99 s'],
    [100, '2 min'],
    [5940, '99 min'],
    [12_000, '3 h 20 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(spanText(seconds)).toBe(text);
  });
});
