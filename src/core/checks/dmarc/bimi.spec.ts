import { describe, expect, it } from 'vitest';
import { at, check, D, RUA } from '../../../../test/builders/dmarc-zone.js';
import type { Zone } from '../../../../test/builders/zone-questions.js';

describe('checkBimi', () => {
  it.each<[string, Zone, string]>([
    [
      'a logo at p=none',
      {
        ...at(`v=DMARC1; p=none; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi-not-shown',
    ],
    [
      'a logo at a weak rung',
      {
        ...at(`v=DMARC1; p=quarantine; pct=10; t=y; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi-not-shown',
    ],
    [
      'a logo at a rung that new receivers take for none',
      {
        ...at(`v=DMARC1; p=quarantine; t=y; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi-not-shown',
    ],
    [
      'a logo at a rung that old receivers take for less',
      {
        ...at(`v=DMARC1; p=quarantine; pct=10; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi-not-shown',
    ],
    [
      'a logo with open subdomains',
      {
        ...at(`v=DMARC1; p=reject; sp=none; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi-not-shown',
    ],
    [
      'a logo at Enforcement',
      {
        ...at(`v=DMARC1; p=quarantine; ${RUA}`),
        [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=https://example.com/l.svg' }],
      },
      'dmarc-bimi',
    ],
    [
      'no logo wanted',
      { ...at(`v=DMARC1; p=reject; ${RUA}`), [`default._bimi.${D}`]: [{ TXT: 'v=BIMI1; l=;' }] },
      'dmarc-bimi-declined',
    ],
    [
      'something else there',
      { ...at(`v=DMARC1; p=reject; ${RUA}`), [`default._bimi.${D}`]: [{ TXT: 'hello' }] },
      'dmarc-no-bimi',
    ],
    [
      'a time-out there',
      { ...at(`v=DMARC1; p=reject; ${RUA}`), [`default._bimi.${D}`]: ['TIMEOUT'] },
      'dmarc-bimi-unknown',
    ],
  ])('%s', async (_what, zone, id) => {
    expect((await check(zone)).at(-1)?.id).toBe(id);
  });
});
