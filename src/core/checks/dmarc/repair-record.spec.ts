import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintRecord } from '../../record/lint.js';
import { repairRecord } from './repair-record.js';

const RUA = 'rua=mailto:d@example.com';

describe('repairRecord', () => {
  it.each([
    [`v=DMARC1 p=none ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v = dmarc1 ; P = none ; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`p=none; v=DMARC1; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [
      `v=DMARC1; p=none; rua=d@example.com,\u00a0e@example.com`,
      'v=DMARC1; p=none; rua=mailto:d@example.com,mailto:e@example.com',
    ],
    [`v=DMARC1; “p=none”; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`DMARC1; p=none; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`p=none; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1: p=none: ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1; p=none; ${RUA}; mailto:e@example.com`, `v=DMARC1; p=none; ${RUA},mailto:e@example.com`],
    [`v=DMARC; p=none; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1; p=none; ${RUA}; p=none`, `v=DMARC1; p=none; ${RUA}`],
    [
      `v=DMARC1;p=none;own=1;${RUA},mailto:e@example.com fo=1`,
      `v=DMARC1; p=none; own=1; ${RUA},mailto:e@example.com; fo=1`,
    ],
  ])('%s', (text, repaired) => {
    expect(repairRecord(text)).toBe(repaired);
  });

  it.each([
    ['sound already', `v=DMARC1; p=none; ${RUA}`],
    ['against itself', `v=DMARC1; p=none; p=reject; ${RUA}`],
    ['without a policy', `v=DMARC1; ${RUA}`],
    ['with a policy that is none', `v=DMARC1; p=rejct; ${RUA}`],
    ['another record', 'v=spf1 -all'],
    ['too long', `v=dmarc1; p=none; ${RUA}${' '.repeat(2000)}`],
  ])('leaves one alone that is %s', (_what, text) => {
    expect(repairRecord(text)).toBeNull();
  });

  it('gives sound records only, whatever stands there', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom('v=DMARC1', 'p=none', ';', ',', ' ', RUA, '\\', '"', 'sp=x'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const repaired = repairRecord(parts.join(''));
        const errors =
          repaired === null ? [] : lintRecord(repaired).filter(({ severity }) => severity === 'error');
        expect(errors).toEqual([]);
      }),
    );
  });
});
