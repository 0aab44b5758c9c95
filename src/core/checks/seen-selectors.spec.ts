import { describe, expect, it } from 'vitest';
import { aSignedMail, daysFrom, everyDay, trustOf } from '../../../test/builders/evidence.js';
import { addDays, type Day } from '../instant.js';
import type { DkimResult } from '../report/report.js';
import { seenSelectors, type SeenBy } from './seen-selectors.js';
import type { SignedMail } from './signed-mail.js';

const D = 'shop.example';
const TRUST = trustOf(everyDay(['2026-03-12']));
const NOW = Date.parse('2026-03-13T12:00:00Z');

const BY: SeenBy = { trust: TRUST, forwarders: new Set<string>(), origins: new Map(), now: NOW };

/** A report about the UTC day so many days before the newest one. */
function aboutDay(
  daysAgo: number,
  reporter: string,
  mails: readonly Partial<SignedMail>[],
): readonly SignedMail[] {
  return mails.map((mail) => aSignedMail([addDays('2026-03-12', -daysAgo)], { reporter, ...mail }));
}

function told(reporter: string, ...results: readonly DkimResult[]): readonly SignedMail[] {
  return aboutDay(
    0,
    reporter,
    results.map((result) => ({ dkimResults: [result] })),
  );
}

function signed(selector: string | null, patch: Partial<DkimResult> = {}): DkimResult {
  return { domain: D, selector, result: 'pass', ...patch };
}

const names = (...reports: readonly (readonly SignedMail[])[]) =>
  seenSelectors(reports.flat(), D, BY).map(({ name }) => name);

describe('seenSelectors', () => {
  it('takes selectors with which mail was signed, most seen first', () => {
    const a = told('a.example', signed('S1'), signed('s2'));
    const b = told('b.example', signed('s2'), signed('s1'));
    const c = told('c.example', signed('s2'));
    expect(seenSelectors([...a, ...b, ...c], D, BY)).toEqual([
      { name: 's2', from: 'evidence', domain: D },
      { name: 's1', from: 'evidence', domain: D },
    ]);
  });

  it('takes those of subdomains that sign mail of the domain, each at its own place', () => {
    const signatures = [signed('s1'), signed('s1', { domain: 'news.shop.example' })];
    expect(
      seenSelectors([...told('a.example', ...signatures), ...told('b.example', ...signatures)], D, BY),
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

  it('leaves out signatures on mail on which none was aligned', () => {
    const mails = [{ dkim: 'fail', dkimResults: [signed('s1')] }];
    expect(names(aboutDay(0, 'a.example', mails), aboutDay(0, 'b.example', mails))).toEqual([]);
  });

  it('takes those on mail of subdomains', () => {
    const mails = [{ headerFrom: 'news.shop.example', dkimResults: [signed('s1')] }];
    expect(names(aboutDay(0, 'a.example', mails), aboutDay(0, 'b.example', mails))).toEqual(['s1']);
  });

  it('believes no stranger alone, but a large receiver', () => {
    expect(names(told('a.example', signed('s1')), told('a.example', signed('s1')))).toEqual([]);
    expect(names(told('google.com', signed('s1')))).toEqual(['s1']);
  });

  it('takes few, however many are made up', () => {
    const many = Array.from({ length: 500 }, (_, at) => signed(`s${at}`));
    expect(names(told('a.example', ...many), told('b.example', ...many))).toHaveLength(20);
  });
});

describe('a selector that was replaced', () => {
  const HOST = '192.0.2.10';
  const [OTHER_HOST, LIST] = ['192.0.2.11', '203.0.113.9'];
  const BIG = 'google.com';
  const SLOW = ['a.example', 'b.example'];
  const broken = signed('old', { result: 'permerror' });

  const from = (ip: string, ...selectors: readonly string[]): Partial<SignedMail> => ({
    ip,
    dkimResults: selectors.map((selector) => signed(selector)),
  });
  /** Told by two who are behind. */
  const before = (...mails: readonly Partial<SignedMail>[]) =>
    SLOW.flatMap((reporter) => aboutDay(2, reporter, mails));
  const since = (...mails: readonly Partial<SignedMail>[]) => aboutDay(1, BIG, mails);

  it.each<[string, readonly SignedMail[], readonly string[]]>([
    ['is not looked for', [...before(from(HOST, 'old')), ...since(from(HOST, 'new'))], ['new']],
    [
      'on the same day only is',
      [...before(from(HOST, 'old')), ...aboutDay(2, BIG, [from(HOST, 'new')])],
      ['old', 'new'],
    ],
    [
      'at one of its hosts only is',
      [...before(from(HOST, 'old'), from(OTHER_HOST, 'old')), ...since(from(HOST, 'new'))],
      ['old', 'new'],
    ],
    [
      'by a host that had none of it is',
      [...before(from(HOST, 'old')), ...since(from(OTHER_HOST, 'new'))],
      ['old', 'new'],
    ],
    [
      'but signs on, though its key is gone, is',
      [
        ...before(from(HOST, 'old')),
        ...since(from(HOST, 'new'), { ip: HOST, dkim: 'fail', dkimResults: [broken] }),
      ],
      ['old', 'new'],
    ],
    [
      'and is forged elsewhere is not looked for',
      [
        ...before(from(HOST, 'old')),
        ...since(from(HOST, 'new'), { ip: '198.51.100.6', dkim: 'fail', dkimResults: [broken] }),
      ],
      ['new'],
    ],
    [
      'and is still in use is',
      [...before(from(HOST, 'old')), ...since(from(HOST, 'old', 'new'))],
      ['old', 'new'],
    ],
    [
      'by one of another signing domain is',
      [
        ...before(from(HOST, 'old')),
        ...since({ ip: HOST, dkimResults: [signed('new', { domain: 'news.shop.example' })] }),
      ],
      ['old', 'new'],
    ],
    [
      'by one stranger’s word is',
      [...before(from(HOST, 'old')), ...aboutDay(0, 'forger.example', [from(HOST, 'new')])],
      ['old'],
    ],
    [
      'is not looked for by what a list passed on late',
      [...before(from(HOST, 'old'), from(LIST, 'old')), ...since(from(HOST, 'new'))],
      ['new'],
    ],
    [
      'and was seen at a list alone is',
      [...before(from(LIST, 'old')), ...since(from(HOST, 'new'))],
      ['old', 'new'],
    ],
  ])('%s', (_what, reports, expected) => {
    const selectors = seenSelectors(reports, D, { ...BY, forwarders: new Set([LIST]) });
    expect(selectors.map(({ name }) => name)).toEqual(expected);
  });
});

describe('the selectors of a source', () => {
  const [HOST, OTHER_HOST] = ['198.51.100.7', '198.51.100.8'];
  const DAYS = daysFrom('2026-02-10', '2026-03-12');
  const MONDAYS = ['2026-02-09', '2026-02-16', '2026-02-23', '2026-03-02', '2026-03-09'];
  /** Both hosts are of one source, which is looked back on for as long. */
  const selectorsSince = (from: Day, ...mails: readonly (readonly SignedMail[])[]) => {
    const origins = new Map(
      [HOST, OTHER_HOST].map((ip) => [`${ip} ${D}`, { source: 'domain:esp.example', from }]),
    );
    return seenSelectors(mails.flat(), D, { ...BY, origins }).map(({ name }) => name);
  };
  const seen = (days: readonly Day[], ip: string, selector: string) =>
    ['a.example', 'b.example'].map((reporter) =>
      aSignedMail(days, { reporter, ip, dkimResults: [signed(selector)] }),
    );

  it('are those of its last active days, however long ago', () => {
    expect(selectorsSince('2026-02-09', seen(MONDAYS.slice(0, 2), HOST, 'old'))).toEqual(['old']);
    expect(selectorsSince('2026-02-17', seen(MONDAYS.slice(0, 2), HOST, 'old'))).toEqual([]);
  });

  it.each<[string, readonly SignedMail[], readonly SignedMail[], readonly string[]]>([
    [
      'a daily one, at other addresses, is replaced at once',
      seen(DAYS.slice(0, -1), HOST, 'old'),
      seen(DAYS.slice(-1), OTHER_HOST, 'new'),
      ['new'],
    ],
    [
      'a weekly one is replaced by that of the next run',
      seen(MONDAYS.slice(0, -1), HOST, 'old'),
      seen(MONDAYS.slice(-1), OTHER_HOST, 'new'),
      ['new'],
    ],
    [
      'a weekly one is not replaced by a new one on the next day',
      seen(MONDAYS, HOST, 'old'),
      seen(['2026-03-10'], OTHER_HOST, 'new'),
      ['new', 'old'],
    ],
    [
      'a weekly one is not replaced by a daily one beside it',
      seen(MONDAYS.slice(0, -1), HOST, 'old'),
      seen(DAYS, OTHER_HOST, 'new'),
      ['new', 'old'],
    ],
  ])('%s', (_what, old, fresh, expected) => {
    expect(selectorsSince('2026-02-09', old, fresh)).toEqual(expected);
  });
});
