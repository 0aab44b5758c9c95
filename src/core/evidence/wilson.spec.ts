import { describe, expect, it } from 'vitest';
import { wilsonLower, wilsonUpper } from './wilson.js';

describe('the one-sided 95 % Wilson bound', () => {
  it.each([
    [132, 0.98, false],
    [133, 0.98, true],
    [267, 0.99, false],
    [268, 0.99, true],
  ])('%i messages without a failure prove %d: %s', (messages, rate, expected) => {
    expect(wilsonLower(messages, messages) >= rate).toBe(expected);
  });

  it.each([
    [95, 100, 0.901, 0.975],
    [0, 10, 0, 0.213],
    [10, 10, 0.787, 1],
    [500, 1000, 0.474, 0.526],
  ])('%i of %i lies between %d and %d', (successes, trials, lower, upper) => {
    expect(wilsonLower(successes, trials)).toBeCloseTo(lower, 3);
    expect(wilsonUpper(successes, trials)).toBeCloseTo(upper, 3);
  });

  it('says nothing without trials', () => {
    expect([wilsonLower(0, 0), wilsonUpper(0, 0)]).toEqual([0, 1]);
  });
});
