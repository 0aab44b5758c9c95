import { describe, expect, it } from 'vitest';
import { hasRua, ruaAddresses } from './rua.js';

describe('hasRua', () => {
  it.each<[string, string | null, boolean]>([
    ['v=DMARC1; p=none; rua=mailto:Dmarc@Example.com', 'dmarc@example.com', true],
    [
      'v=DMARC1; p=none; rua=mailto:a@example.net,mailto:dmarc@example.com!10m',
      'mailto:dmarc@example.com',
      true,
    ],
    ['v=DMARC1; p=none; rua=mailto:dmarc@example.com', 'example.com', true],
    ['v=DMARC1; p=none; rua=mailto:dmarc@example.com', 'example.org', false],
    ['v=DMARC1; p=none; rua=dmarc@example.com', 'dmarc@example.com', false],
    ['v=DMARC1; p=none; ruf=mailto:dmarc@example.com', 'dmarc@example.com', false],
    ['v=DMARC1; p=none; rua=mailto:a@example.net', null, true],
    ['v=DMARC1; p=none; rua=mailto:', null, false],
    ['v=DMARC1; p=none; rua=https://example.com/', null, false],
    ['v=DMARC1; p=none; rua=', null, false],
    ['v=DMARC1; p=none', null, false],
    ['v=DMARC1; p=reject rua=mailto:dmarc@example.com', null, false],
  ])('%j, looking for %j: %s', (text, needle, expected) => {
    expect(hasRua(text, needle)).toBe(expected);
  });

  it('decodes what is percent-encoded and survives what is badly so', () => {
    expect(ruaAddresses('v=DMARC1; rua=mailto:a%2Cb@example.com, mailto:%zz@example.com')).toEqual([
      'a,b@example.com',
    ]);
  });
});
