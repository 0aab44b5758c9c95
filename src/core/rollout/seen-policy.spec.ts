import { describe, expect, it } from 'vitest';
import type { PublishedPolicy } from '../report/report.js';
import { hasSeen, policyText } from './seen-policy.js';

function policy(patch: Partial<PublishedPolicy>): PublishedPolicy {
  return {
    domain: 'shop.example',
    p: 'quarantine',
    sp: null,
    np: null,
    pct: null,
    adkim: 'r',
    aspf: 'r',
    testing: null,
    ...patch,
  };
}

const TEN = 'v=DMARC1; p=quarantine; pct=10; t=y';

describe('whether a reporter saw the policy', () => {
  it.each<[string, Partial<PublishedPolicy>, string, boolean]>([
    ['a receiver of the old kind', { sp: 'quarantine', pct: 10 }, TEN, true],
    ['a receiver of the new kind', { testing: true }, TEN, true],
    ['one that still saw the rung before', { p: 'none', pct: 100 }, TEN, false],
    ['one that saw another share', { pct: 25 }, TEN, false],
    ['one that saw it in earnest', { testing: false }, TEN, false],
    [
      'one that says the default',
      { pct: 100, testing: false, sp: 'quarantine' },
      'v=DMARC1; p=quarantine',
      true,
    ],
    ['one that saw the subdomains elsewhere', { sp: 'none' }, 'v=DMARC1; p=quarantine', false],
    [
      'one that saw the subdomains as written',
      { sp: 'none', np: 'none' },
      'v=DMARC1; p=quarantine; sp=none',
      true,
    ],
    ['one that saw others for what does not exist', { np: 'reject' }, 'v=DMARC1; p=quarantine', false],
    ['one that saw none', { p: null }, 'v=DMARC1; p=quarantine', false],
    ['a record that states none', {}, 'v=DMARC1', false],
  ])('%s', (_title, published, record, expected) => {
    expect(hasSeen(policy(published), record)).toBe(expected);
  });

  it.each<[Partial<PublishedPolicy>, string]>([
    [{ pct: 10, sp: 'quarantine', testing: true }, 'p=quarantine; pct=10; t=y'],
    [{ sp: 'none', np: 'reject', pct: 100 }, 'p=quarantine; sp=none; np=reject'],
    [{ p: null }, 'no policy'],
  ])('%j reads %s', (published, text) => {
    expect(policyText(policy(published))).toBe(text);
  });
});
