import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectivePolicy, severity, worstCase } from './effective-policy.js';
import type { EffectivePolicy } from './effective-policy.js';
import { POLICIES } from './policy.js';
import type { PolicyTags } from './policy.js';

const shares = (none: number, quarantine: number, reject: number): EffectivePolicy => ({
  none,
  quarantine,
  reject,
});
const LET_THROUGH = shares(1, 0, 0);
const QUARANTINE = shares(0, 1, 0);
const REJECT = shares(0, 0, 1);

describe('effectivePolicy', () => {
  it.each<[PolicyTags, EffectivePolicy, EffectivePolicy, EffectivePolicy]>([
    [{ p: 'none' }, LET_THROUGH, LET_THROUGH, LET_THROUGH],
    [{ p: 'none', pct: 10, t: 'y' }, LET_THROUGH, LET_THROUGH, LET_THROUGH],
    [{ p: 'quarantine', pct: 10 }, shares(0.9, 0.1, 0), QUARANTINE, QUARANTINE],
    [{ p: 'quarantine', t: 'y' }, QUARANTINE, LET_THROUGH, QUARANTINE],
    [{ p: 'quarantine', pct: 10, t: 'y' }, shares(0.9, 0.1, 0), LET_THROUGH, QUARANTINE],
    [{ p: 'quarantine', t: 'n' }, QUARANTINE, QUARANTINE, QUARANTINE],
    [{ p: 'reject', pct: 10, t: 'y' }, shares(0, 0.9, 0.1), QUARANTINE, REJECT],
    [{ p: 'reject', pct: 0 }, QUARANTINE, REJECT, REJECT],
    [{ p: 'reject' }, REJECT, REJECT, REJECT],
  ])('%j', (tags, old, current, neither) => {
    expect(effectivePolicy(tags, 'rfc7489')).toEqual(old);
    expect(effectivePolicy(tags, 'rfc9989')).toEqual(current);
    expect(effectivePolicy(tags, 'ignores-pct-and-t')).toEqual(neither);
  });

  it('subdomains follow sp, and np only where it is known', () => {
    const tags: PolicyTags = { p: 'reject', sp: 'none', np: 'quarantine' };
    expect(effectivePolicy(tags, 'rfc9989', 'subdomain')).toEqual(LET_THROUGH);
    expect(effectivePolicy(tags, 'rfc9989', 'non-existent-subdomain')).toEqual(QUARANTINE);
    expect(effectivePolicy(tags, 'rfc7489', 'non-existent-subdomain')).toEqual(LET_THROUGH);
    expect(effectivePolicy({ p: 'reject' }, 'rfc7489', 'subdomain')).toEqual(REJECT);
  });
});

describe('worstCase', () => {
  it.each<[PolicyTags, EffectivePolicy]>([
    [{ p: 'quarantine', pct: 10 }, QUARANTINE],
    [{ p: 'quarantine', t: 'y' }, QUARANTINE],
    [{ p: 'quarantine', pct: 10, t: 'y' }, shares(0.9, 0.1, 0)],
    [{ p: 'reject', pct: 25, t: 'y' }, shares(0, 0.75, 0.25)],
    [{ p: 'reject', pct: 0, t: 'y' }, QUARANTINE],
    [{ p: 'reject', pct: 0 }, REJECT],
  ])('%j', (tags, expected) => {
    expect(worstCase(tags)).toEqual(expected);
  });

  it('refuses and junks at least as much as either standard asks', () => {
    const anyTags = fc.record<PolicyTags>(
      {
        p: fc.constantFrom(...POLICIES),
        pct: fc.integer({ min: 0, max: 100 }),
        t: fc.constantFrom('y', 'n'),
      },
      { requiredKeys: ['p'] },
    );
    fc.assert(
      fc.property(anyTags, (tags) => {
        const worst = worstCase(tags);
        expect(worst.none + worst.quarantine + worst.reject).toBeCloseTo(1);
        for (const receiver of ['rfc7489', 'rfc9989'] as const) {
          const asked = effectivePolicy(tags, receiver);
          expect(severity(worst)).toBeGreaterThanOrEqual(severity(asked));
          expect(worst.reject).toBeGreaterThanOrEqual(asked.reject);
          expect(worst.none).toBeLessThanOrEqual(asked.none);
        }
      }),
    );
  });
});
