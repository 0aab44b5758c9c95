import { describe, expect, it } from 'vitest';
import { authenticityOf, type Authenticity } from './authenticity.js';

describe('the authenticity of a report', () => {
  const asEvil: Authenticity = {
    authenticated: true,
    domain: 'evil.example',
    method: 'dkim',
    reason: 'DKIM signature of evil.example verifies',
  };

  it('is lost by a false claim, with the reason', () => {
    expect(authenticityOf({ orgName: 'google.com' }, asEvil)).toEqual({
      authenticated: false,
      domain: null,
      method: 'dkim',
      reason: 'it claims to come from Google, but its mail is from evil.example',
    });
  });

  it('is that of its mail without one', () => {
    expect(authenticityOf({ orgName: 'Evil Ltd' }, asEvil)).toBe(asEvil);
    const refused = { authenticated: false, domain: null, method: 'none', reason: 'no signature' } as const;
    expect(authenticityOf({ orgName: 'google.com' }, refused)).toBe(refused);
  });

  it('is not doubted where a person vouches for it', () => {
    const vouched = { authenticated: true, domain: '', method: 'upload', reason: 'vouched for' } as const;
    expect(authenticityOf({ orgName: 'google.com' }, vouched)).toBe(vouched);
  });
});
