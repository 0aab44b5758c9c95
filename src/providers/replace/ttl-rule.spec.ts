import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestTtl } from './ttl-rule.js';

const ANY = { least: 60, most: 86_400, only: null };
const FEW = { least: 300, most: 2_419_200, only: [86_400, 300, 3600, 2_419_200] };

describe('nearestTtl', () => {
  it.each([
    [300, ANY, 300],
    [1, ANY, 60],
    [1_000_000, ANY, 86_400],
    [300, FEW, 300],
    [1, FEW, 300],
    [301, FEW, 3600],
    [3601, FEW, 86_400],
    [9_999_999, FEW, 2_419_200],
    [100, { least: 1, most: 1000, only: [30, 60] }, 60],
  ])('%i under %j: %i', (wanted, rule, expected) => {
    expect(nearestTtl(wanted, rule)).toBe(expected);
  });

  it('what it gives it keeps, so that a plan converges', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.constantFrom(ANY, FEW), (wanted, rule) => {
        const ttl = nearestTtl(wanted, rule);
        expect(nearestTtl(ttl, rule)).toBe(ttl);
      }),
    );
  });
});
