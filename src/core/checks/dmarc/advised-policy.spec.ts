import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectivePolicy } from '../../record/effective-policy.js';
import { lintRecord } from '../../record/lint.js';
import { readPolicyTags } from '../../record/tags.js';
import { advisedPolicy } from './advised-policy.js';

const SITE = { domain: 'example.com', mailbox: null, instead: null } as const;
const RUA = 'rua=mailto:d@example.com';

describe('advisedPolicy', () => {
  it.each<[string, string | null]>([
    [`v=DMARC1; p=none; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    ['v=DMARC1; p=none', 'v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com'],
    [`v=DMARC1; p=reject; pct=50; ${RUA}!10m`, `v=DMARC1; p=reject; t=y; pct=50; ${RUA}`],
    [`v=DMARC1; p=reject; pct=50; t=n; ${RUA}`, `v=DMARC1; p=reject; pct=50; t=y; ${RUA}`],
    [`v=DMARC1; p=reject; t=y; ${RUA}`, `v=DMARC1; p=reject; pct=0; t=y; ${RUA}`],
    [`v=DMARC1; p=none; pct=10; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1; p=reject; pct=100; ri=86400; rf=afrf; ${RUA}`, `v=DMARC1; p=reject; ${RUA}`],
    [`v=DMARC1; p=none; adkim=x; aspf=s; t=maybe; fo=1; ${RUA}`, `v=DMARC1; p=none; aspf=s; ${RUA}`],
    [
      `v=DMARC1; p=none; fo=0:1:d; ${RUA}; ruf=mailto:d@example.com,mailto:d@example.com`,
      `v=DMARC1; p=none; fo=1:d; ${RUA}; ruf=mailto:d@example.com`,
    ],
    [`v=DMARC1; p=none; psd=y; sp=reject; x=1; ${RUA}`, `v=DMARC1; p=none; sp=reject; x=1; ${RUA}`],
    [` V=DMARC1; P=none; ${RUA}`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1; ${RUA}; p=none`, `v=DMARC1; p=none; ${RUA}`],
    [`v=DMARC1; p=monitor; ${RUA}`, null],
    [`v=DMARC1; p=none; p=reject; ${RUA}`, null],
  ])('%s: %s', (text, advised) => {
    expect(advisedPolicy(text, SITE)).toBe(advised);
  });

  it('takes what has no effect out of the record of a subdomain, and reports to the mailbox that is read', () => {
    const site = { domain: 'news.example.com', mailbox: 'r@example.net', instead: null };
    expect(advisedPolicy('v=DMARC1; p=none; sp=reject', site)).toBe(
      'v=DMARC1; p=none; rua=mailto:r@example.net',
    );
  });

  it.each([
    [`v=dmarc1; p=reject; sp=reject; np=reject; ${RUA}`, 'none', `v=DMARC1; p=none; ${RUA}`],
    [`v=dmarc1; p=reject; pct=10; t=y; ${RUA}`, 'none', `v=DMARC1; p=none; ${RUA}`],
    [`v=dmarc1; p=none; sp=quarantine; ${RUA}`, 'reject', `v=DMARC1; p=none; ${RUA}`],
    [`v=dmarc1; p=reject; ${RUA}`, 'quarantine', `v=DMARC1; p=quarantine; ${RUA}`],
    [`v=dmarc1; p=reject; pct=10; t=y; ${RUA}`, 'reject', `v=DMARC1; p=reject; pct=10; t=y; ${RUA}`],
  ] as const)('%s, of which receivers take no notice and apply p=%s', (text, instead, advised) => {
    expect(advisedPolicy(text, { ...SITE, instead })).toBe(advised);
  });

  const part = fc.constantFrom(
    'p=none',
    'p=reject',
    'sp=none',
    'np=reject',
    'pct=10',
    'pct=100',
    'pct=x',
    't=y',
    't=n',
    'fo=0:1',
    'ri=1',
    'psd=y',
    'adkim=z',
    'aspf=s',
    RUA,
    'ruf=mailto:a@example.com!1m',
    'x=y',
  );
  const records = fc.uniqueArray(part, { maxLength: 9 }).map((parts) => ['v=DMARC1', ...parts].join('; '));

  it('asks no more of any receiver than the record did, and leaves nothing to advise', () => {
    fc.assert(
      fc.property(records, (text) => {
        const advised = advisedPolicy(text, SITE);
        fc.pre(advised !== null);
        const [before, after] = [readPolicyTags(text), readPolicyTags(advised)];
        expect(advisedPolicy(advised, SITE)).toBe(advised);
        expect(
          lintRecord(advised).filter(({ severity }) => severity === 'error' || severity === 'warning'),
        ).toEqual([]);
        for (const kind of ['rfc7489', 'rfc9989'] as const) {
          expect(effectivePolicy(after!, kind).none).toBeGreaterThanOrEqual(
            effectivePolicy(before!, kind).none,
          );
        }
      }),
    );
  });
});
