import { describe, expect, it } from 'vitest';
import { aRecord, everyDay, trustOf } from '../../../test/builders/evidence.js';
import type { DkimResult, ReportRecord } from '../report/report.js';
import { seenSelectors } from './seen-selectors.js';

const D = 'shop.example';
const TRUST = trustOf(everyDay(['2026-03-12']));

function told(reporter: string, ...results: readonly DkimResult[]) {
  return { reporter, records: results.map((result) => aRecord({ dkimResults: [result] })) };
}

function signed(selector: string | null, patch: Partial<DkimResult> = {}): DkimResult {
  return { domain: D, selector, result: 'pass', ...patch };
}

const names = (...reports: readonly ReturnType<typeof told>[]) =>
  seenSelectors(reports, D, TRUST).map(({ name }) => name);

describe('seenSelectors', () => {
  it('takes selectors with which mail was signed, most seen first', () => {
    const a = told('a.example', signed('S1'), signed('s2'));
    const b = told('b.example', signed('s2'), signed('s1'));
    const c = told('c.example', signed('s2'));
    expect(seenSelectors([a, b, c], D, TRUST)).toEqual([
      { name: 's2', from: 'evidence', domain: D },
      { name: 's1', from: 'evidence', domain: D },
    ]);
  });

  it('takes those of subdomains that sign mail of the domain, each at its own place', () => {
    const signatures = [signed('s1'), signed('s1', { domain: 'news.shop.example' })];
    expect(
      seenSelectors([told('a.example', ...signatures), told('b.example', ...signatures)], D, TRUST),
    ).toEqual([
      { name: 's1', from: 'evidence', domain: 'news.shop.example' },
      { name: 's1', from: 'evidence', domain: D },
    ]);
  });

  it.each([
    ['of a vendor', signed('s1', { domain: 'vendor.example' })],
    ['of a name that only ends alike', signed('s1', { domain: 'workshop.example' })],
    ['that failed', signed('s1', { result: 'fail' })],
    ['without a name', signed(null)],
    ['that can be none', signed('../../etc')],
  ])('leaves out signatures %s', (_what, result) => {
    expect(names(told('a.example', result), told('b.example', result))).toEqual([]);
  });

  it.each<[string, Partial<ReportRecord>]>([
    ['mail of a subdomain, to which another policy may apply', { headerFrom: 'news.shop.example' }],
    ['mail on which no signature was aligned', { dkim: 'fail' }],
  ])('leaves out signatures on %s', (_what, patch) => {
    const records = [aRecord({ ...patch, dkimResults: [signed('s1')] })];
    const reports = ['a.example', 'b.example'].map((reporter) => ({ reporter, records }));
    expect(seenSelectors(reports, D, TRUST)).toEqual([]);
  });

  it('believes no stranger alone, but a large receiver', () => {
    expect(names(told('a.example', signed('s1')), told('a.example', signed('s1')))).toEqual([]);
    expect(names(told('google.com', signed('s1')))).toEqual(['s1']);
  });

  it('takes few, however many are made up', () => {
    const many = Array.from({ length: 500 }, (_, at) => signed(`s${at}`));
    expect(names(told('a.example', ...many), told('b.example', ...many))).toHaveLength(10);
  });
});
