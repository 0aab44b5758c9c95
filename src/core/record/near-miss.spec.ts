import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainNearMiss } from './near-miss.js';

describe('explainNearMiss', () => {
  it.each([
    ['v=dmarc1; p=none', 'DMARC1 must be written in capital letters'],
    ['v=DMARC1 p=none', 'no semicolon follows v=DMARC1'],
    ['v=DMARC1, p=none', 'no semicolon follows v=DMARC1'],
    [String.raw`v=DMARC1\; p=none`, 'a backslash stands before the semicolon'],
    ['"v=DMARC1; p=none"', 'quotation marks are part of the text; they belong to zone files only'],
    ['v="DMARC1"; p=none', 'the value DMARC1 stands in quotation marks'],
    ['v=DMARC2; p=none', 'the version is not DMARC1'],
    ['p=none; v=DMARC1', 'v=DMARC1 is not the first tag'],
    ['DMARC1; p=none', 'v= is missing before DMARC1'],
    ['v: DMARC1; p=none', 'v= is missing before DMARC1'],
    ['p=quarantine; rua=mailto:d@example.com', 'v=DMARC1 is missing at the start'],
  ])('%s: %s', (text, why) => {
    expect(explainNearMiss(text)).toBe(why);
  });

  it.each([
    'v=DMARC1; p=none',
    ' v = DMARC1',
    'v=spf1 -all',
    'hello',
    '',
    'v=DKIM1; p=MIGf',
    'google-site-verification=x',
  ])('has nothing to say about %j', (text) => {
    expect(explainNearMiss(text)).toBeNull();
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(() => explainNearMiss(`v=DMARC1${text}`)).not.toThrow();
      }),
    );
  });
});
