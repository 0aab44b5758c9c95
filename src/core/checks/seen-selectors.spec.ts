import { describe, expect, it } from 'vitest';
import type { DkimResult } from '../report/report.js';
import { seenSelectors } from './seen-selectors.js';

const D = 'shop.example';

function told(reporter: string, ...results: readonly DkimResult[]) {
  return { reporter, records: results.map((result) => ({ dkimResults: [result] })) };
}

function signed(selector: string | null, patch: Partial<DkimResult> = {}): DkimResult {
  return { domain: D, selector, result: 'pass', ...patch };
}

const names = (...reports: readonly ReturnType<typeof told>[]) =>
  seenSelectors(reports, D).map(({ name }) => name);

describe('seenSelectors', () => {
  it('takes selectors with which mail was signed, most seen first', () => {
    const a = told('a.example', signed('S1'), signed('s2'));
    const b = told('b.example', signed('s2'), signed('s1'));
    const c = told('c.example', signed('s2'));
    expect(seenSelectors([a, b, c], D)).toEqual([
      { name: 's2', from: 'evidence' },
      { name: 's1', from: 'evidence' },
    ]);
  });

  it.each([
    ['of another domain', signed('s1', { domain: 'news.shop.example' })],
    ['that failed', signed('s1', { result: 'fail' })],
    ['without a name', signed(null)],
    ['that can be none', signed('../../etc')],
  ])('leaves out signatures %s', (_what, result) => {
    expect(names(told('a.example', result), told('b.example', result))).toEqual([]);
  });

  it('believes no reporter alone', () => {
    expect(names(told('a.example', signed('s1')), told('a.example', signed('s1')))).toEqual([]);
  });

  it('takes few, however many are made up', () => {
    const many = Array.from({ length: 500 }, (_, at) => signed(`s${at}`));
    expect(names(told('a.example', ...many), told('b.example', ...many))).toHaveLength(10);
  });
});
