import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintRecord } from './lint.js';

const RUA = 'rua=mailto:d@example.com';

describe('lintRecord', () => {
  it.each([
    `v=DMARC1; p=none; ${RUA}`,
    `v=DMARC1; p=quarantine; pct=10; t=y; ${RUA}; adkim=s; aspf=r; fo=1:d:s;`,
    `v=DMARC1;p=reject;sp=reject;np=reject;${RUA},mailto:a%2Cb@example.net`,
    `v=DMARC1; p=reject; psd=n; ${RUA}; ruf=mailto:d@example.com`,
  ])('has nothing against %j', (text) => {
    expect(lintRecord(text)).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['v=dmarc1; p=none', ['dmarc-not-a-record']],
    ['"v=DMARC1; p=none"', ['dmarc-not-a-record']],
    ['v=DMARC1 p=none', ['dmarc-not-a-record']],
    ['v=DMARC1\\; p=none', ['dmarc-not-a-record']],
    ['p=none; v=DMARC1', ['dmarc-not-a-record']],
    ['hello', ['dmarc-not-a-record']],
    [`v=DMARC1; p=none\\; ${RUA}`, ['dmarc-escaped-semicolon', 'dmarc-invalid-policy']],
    [` v=DMARC1; p=none; ${RUA}`, ['dmarc-leading-space']],
    [`v=DMARC1; p=none; ${RUA}\u00a0`, ['dmarc-not-ascii']],
    [`v=DMARC1; p=none; reject; ${RUA}`, ['dmarc-stray-text']],
    [`v=DMARC1;; p=none; ${RUA}; ;`, []],
    [`v=DMARC1; p: none; ${RUA}`, ['dmarc-stray-text', 'dmarc-no-policy']],
    [`v=DMARC1; p=reject ${RUA}`, ['dmarc-missing-semicolon', 'dmarc-invalid-policy', 'dmarc-no-rua']],
    [`v=DMARC1; ${RUA}`, ['dmarc-no-policy']],
    [`v=DMARC1; p=nothing; ${RUA}`, ['dmarc-invalid-policy']],
    [`v=DMARC1; ${RUA}; p=none`, ['dmarc-policy-not-second']],
    [`v=DMARC1; p=reject; sp=none; ${RUA}`, ['dmarc-weaker-subdomains']],
    [`v=DMARC1; p=none; p=reject; ${RUA}`, ['dmarc-duplicate-tag']],
    [`v=DMARC1; p=none; sp=; ${RUA}`, ['dmarc-invalid-sp']],
    [
      `v=DMARC1; p=none; pct=101; t=yes; adkim=x; fo=2; ${RUA}`,
      ['dmarc-invalid-pct', 'dmarc-invalid-t', 'dmarc-invalid-adkim', 'dmarc-invalid-fo'],
    ],
    [`v=DMARC1; p=none; pct=10; ${RUA}`, ['dmarc-sampling-of-nothing']],
    [`v=DMARC1; p=reject; pct=0; ${RUA}`, ['dmarc-pct-without-t']],
    [`v=DMARC1; p=quarantine; pct=10; t=n; ${RUA}`, ['dmarc-pct-without-t']],
    [`v=DMARC1; p=quarantine; t=y; ${RUA}`, ['dmarc-t-without-pct']],
    [`v=DMARC1; p=quarantine; pct=100; t=y; ${RUA}`, ['dmarc-t-without-pct']],
    [`v=DMARC1; p=quarantine; pct=100; ${RUA}`, ['dmarc-historic-tag']],
    ['v=DMARC1; p=none', ['dmarc-no-rua']],
    ['v=DMARC1; p=none; rua=d@example.com', ['dmarc-invalid-rua']],
    [
      'v=DMARC1; p=none; rua=mailto:d@example.com!10m; rf=afrf; ri=86400',
      ['dmarc-historic-tag', 'dmarc-historic-tag', 'dmarc-historic-tag'],
    ],
    [`v=DMARC1; P=none; ${RUA}`, ['dmarc-capital-tag']],
    [`v=DMARC1; p=none; ${RUA}; x-own=1; constructor=1`, ['dmarc-unknown-tag', 'dmarc-unknown-tag']],
  ])('%j: %j', (text, ids) => {
    expect(lintRecord(text).map((finding) => finding.id)).toEqual(ids);
  });

  it('tells what the missing mailto: costs and how to mend it', () => {
    expect(lintRecord('v=DMARC1; p=none; rua=d@example.com')).toEqual([
      {
        id: 'dmarc-invalid-rua',
        severity: 'error',
        message: 'rua d@example.com lacks mailto:; no reports go there.',
        clause: 'RFC 9989 4.7',
        fix: 'Write mailto:d@example.com.',
      },
    ]);
  });

  it.each([
    ['tags', (at: number) => `x${at}=1;`],
    ['tags twice', (at: number) => `x${at % 2000}=1;`],
    ['addresses', (at: number) => `${at === 0 ? 'rua=' : ','}d${at}`],
  ])('says no more than people read about thousands of %s', (_what, part) => {
    const text = `v=DMARC1; p=none; ${Array.from({ length: 8000 }, (_, at) => part(at)).join('')}`;
    expect(lintRecord(text).length).toBeLessThanOrEqual(30);
  });

  it('takes any text, and keeps its messages short', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (rest) => {
        for (const finding of lintRecord(`v=DMARC1;${rest}`))
          expect(finding.message.length).toBeLessThan(300);
      }),
    );
  });
});
