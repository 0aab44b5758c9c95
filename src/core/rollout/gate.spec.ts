import { NONE, NOW, aRollout, QUARANTINE_10, REJECT } from '../../../test/builders/rollout.js';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../evidence/assessment.js';
import type { Condition } from './verdict.js';
import type { Footing } from './footing.js';
import { DAY_MS } from '../instant.js';
import { LADDERS } from './ladder.js';
import { judge } from './gate.js';

function condition(name: string, assessment: Assessment, rollout = aRollout()): Condition | undefined {
  return judge(rollout, assessment, NOW).conditions.find((it) => it.name === name);
}

const FAILING = { state: 'failing', failingPerWeek: 40, lastFailing: '2026-03-09' } as const;
const VENDOR = { id: 'domain:vendor.example', name: 'vendor.example' } as const;
const UNKNOWN = { ...VENDOR, ...FAILING, class: 'unknown', passed: 0, passRateAtLeast: 0 } as const;
const BIG = {
  reporter: 'big.example',
  known: false,
  messages: 790,
  lastDay: '2026-03-12',
  missing: false,
  late: false,
};
const SMALL = { ...BIG, reporter: 'small.example', messages: 210 };
const GONE = {
  reporter: 'gone.example',
  known: false,
  messages: 210,
  lastDay: '2026-03-01',
  missing: true,
  late: false,
};

describe('a condition of the gate', () => {
  it.each<readonly [string, string, Assessment, boolean | 'unknown']>([
    ['soak', 'enough closed days', anAssessment({ closedDays: 30 }), true],
    ['soak', 'one closed day too few', anAssessment({ closedDays: 29 }), false],
    ['month-end', 'a month ends in the window', anAssessment({ closedThrough: '2026-02-28' }), true],
    ['month-end', 'the month has one day to go', anAssessment({ closedThrough: '2026-02-27' }), false],
    ['month-end', 'nothing has closed', anAssessment({ closedThrough: null }), false],
    ['reports', 'the last one came in time', anAssessment({ lastReportAt: NOW - 3 * DAY_MS }), true],
    ['reports', 'the last one is too old', anAssessment({ lastReportAt: NOW - 3 * DAY_MS - 1 }), false],
    ['reports', 'none ever came', anAssessment({ lastReportAt: null }), 'unknown'],
    ['reports', 'none with mail in it ever came', anAssessment({ isMailReported: false }), 'unknown'],
    ['reports', 'they tell only of what nobody need see', anAssessment({ sources: [] }), true],
    ['on-time', 'a small one is late', anAssessment({ reporters: [BIG, { ...SMALL, late: true }] }), true],
    [
      'on-time',
      'those of most mail are',
      anAssessment({ reporters: [{ ...BIG, late: true }, SMALL] }),
      'unknown',
    ],
    ['reporters', 'two have told of mail', anAssessment({ witnesses: 2 }), true],
    ['reporters', 'one has', anAssessment({ witnesses: 1 }), 'unknown'],
    ['coverage', 'all report', anAssessment(), true],
    ['coverage', 'a small one stopped', anAssessment({ reporters: [{ ...BIG, messages: 840 }, GONE] }), true],
    ['coverage', 'one of weight stopped', anAssessment({ reporters: [BIG, GONE] }), 'unknown'],
    ['coverage', 'nobody has reported', anAssessment({ reporters: [] }), true],
    ['sample', '268 messages', anAssessment({ legitimate: 268, closedDays: 3 }), true],
    ['sample', '267 messages in a short time', anAssessment({ legitimate: 267, closedDays: 29 }), 'unknown'],
    ['sample', 'few messages in a long quiet time', anAssessment({ legitimate: 2, closedDays: 30 }), true],
    [
      'sample',
      'few messages in a long time with a failing source',
      anAssessment({ legitimate: 2, closedDays: 30, sources: [aSource(FAILING)] }),
      'unknown',
    ],
    ['unknown-sources', 'none', anAssessment(), true],
    [
      'unknown-sources',
      'a sender that nobody has settled',
      anAssessment({ sources: [aSource(UNKNOWN)] }),
      false,
    ],
    [
      'unknown-sources',
      'one that has been fixed since',
      anAssessment({ sources: [aSource({ ...UNKNOWN, state: 'fixed' })] }),
      true,
    ],
    [
      'unknown-sources',
      'only hostile ones',
      anAssessment({ sources: [aSource({ ...UNKNOWN, class: 'hostile' })] }),
      true,
    ],
    ['worst-source', 'all pass', anAssessment(), true],
    [
      'worst-source',
      'one fails',
      anAssessment({ sources: [aSource(), aSource({ ...VENDOR, ...FAILING })] }),
      false,
    ],
    [
      'worst-source',
      'one fails, but hardly ever',
      anAssessment({ sources: [aSource({ ...FAILING, failingPerWeek: 2, failingPerWeekAtMost: 2.9 })] }),
      true,
    ],
    [
      'worst-source',
      'one passes without proof',
      anAssessment({ sources: [aSource({ passRateAtLeast: 0.98, failingPerWeekAtMost: 9 })] }),
      'unknown',
    ],
    [
      'worst-source',
      'one passes without proof, but is so small that it can do no harm',
      anAssessment({ sources: [aSource({ passRateAtLeast: 0.5, failingPerWeekAtMost: 2.7 })] }),
      true,
    ],
    ['expected-harm', 'nobody is hurt', anAssessment(), true],
    ['expected-harm', 'at the cap', anAssessment({ sources: [aSource({ failingPerWeek: 3 })] }), true],
    [
      'expected-harm',
      'above the cap, but no more than a hundredth, which breaks on the way',
      anAssessment({ legitimatePerWeek: 520, sources: [aSource({ failingPerWeek: 5.2 })] }),
      true,
    ],
    [
      'expected-harm',
      'above both',
      anAssessment({ legitimatePerWeek: 520, sources: [aSource({ failingPerWeek: 5.3 })] }),
      false,
    ],
    [
      'expected-harm',
      'above the cap, but a thousandth of a large domain',
      anAssessment({ legitimatePerWeek: 50_000, sources: [aSource({ failingPerWeek: 49 })] }),
      true,
    ],
    [
      'forwarder-budget',
      'within the budget',
      anAssessment({
        legitimatePerWeek: 1000,
        sources: [aSource({ class: 'forwarder', failingPerWeek: 20 })],
      }),
      true,
    ],
    [
      'forwarder-budget',
      'beyond the budget',
      anAssessment({
        legitimatePerWeek: 1000,
        sources: [aSource({ class: 'forwarder', failingPerWeek: 21 })],
      }),
      false,
    ],
  ])('%s: %s', (name, _title, assessment, expected) => {
    expect(condition(name, assessment)?.satisfied).toBe(expected);
  });

  it('says at the earliest when it could be satisfied', () => {
    const assessment = anAssessment({
      from: '2026-03-05',
      closedDays: 5,
      closedThrough: '2026-03-09',
      legitimate: 9,
    });
    const dates = judge(aRollout(), assessment, NOW).conditions.map((it) => [
      it.name,
      it.earliest === null ? null : new Date(it.earliest).toISOString().slice(0, 10),
    ]);
    expect(Object.fromEntries(dates)).toEqual({
      soak: '2026-04-04', // with luck a day closes as soon as it is over
      'month-end': '2026-04-01',
      'on-time': '2026-03-13',
      reports: '2026-03-13',
      reporters: '2026-03-13',
      coverage: '2026-03-13',
      sample: '2026-04-04',
      'unknown-sources': null,
      'worst-source': null,
      'expected-harm': null,
      'forwarder-budget': null,
    });
  });

  it('only the first window must see the end of a month', () => {
    const assessment = anAssessment({ from: '2026-03-02', closedThrough: '2026-03-12' });
    expect(condition('month-end', assessment, aRollout({ rung: 1, record: QUARANTINE_10 }))).toBeUndefined();
  });
});

describe('a source that uses only a subdomain', () => {
  const shop = aSource({ ...UNKNOWN, headerFrom: 'news.shop.example' });
  const assessment = anAssessment({ sources: [aSource(), shop] });

  it('is no matter of the domain itself', () => {
    expect(condition('unknown-sources', assessment)?.satisfied).toBe(true);
    expect(condition('subdomain-unknown-sources', assessment)?.satisfied).toBe(false);
  });

  it.each<readonly [string, string, Footing]>([
    ['is held back by a word of its own', NONE, { rung: 1, sp: 'none' }],
    ['stays where it stands', `${NONE}; sp=none`, { rung: 1, sp: 'none' }],
    ['keeps a stricter word of its owner', `${NONE}; sp=quarantine`, { rung: 1, sp: 'quarantine' }],
    ['… even when it is stricter than the next rung', `${NONE}; sp=reject`, { rung: 1, sp: 'reject' }],
  ])('that fails %s', (_title, record, next) => {
    const verdict = judge(aRollout({ record }), assessment, NOW);
    expect([verdict.kind, verdict.next]).toEqual(['pass', next]);
  });

  it('is said to be held back, and why', () => {
    expect(judge(aRollout(), assessment, NOW).why).toBe(
      'the next rung hurts nobody; subdomains stay at sp=none: subdomain-unknown-sources: vendor.example (40 a week)',
    );
  });

  it.each<readonly [string, string, Footing]>([
    ['no sp where there was none', NONE, { rung: 1, sp: null }],
    ['an sp that stands there', `${NONE}; sp=none`, { rung: 1, sp: 'quarantine' }],
    ['no stricter one', `${NONE}; sp=reject`, { rung: 1, sp: 'reject' }],
  ])('that passes goes up with the domain: %s is written', (_title, record, next) => {
    const clean = anAssessment({ sources: [aSource(), aSource({ headerFrom: 'news.shop.example' })] });
    expect(judge(aRollout({ record }), clean, NOW).next).toEqual(next);
  });

  it('that is hostile holds nothing back', () => {
    const abused = anAssessment({ sources: [aSource(), { ...shop, class: 'hostile' }] });
    expect(judge(aRollout(), abused, NOW).next).toEqual({ rung: 1, sp: null });
  });
});

describe('subdomains that were held back, at the last rung of the domain', () => {
  const rollout = aRollout({ rung: 6, record: `${REJECT}; sp=none` });
  const clean = [aSource(), aSource({ headerFrom: 'news.shop.example' })];

  it.each<readonly [string, Partial<Assessment>, Footing | null]>([
    ['follow a level after a soak', { closedDays: 30, sources: clean }, { rung: 6, sp: 'quarantine' }],
    ['wait for it', { closedDays: 29, sources: clean }, null],
    ['follow when nobody sends any mail from them', { closedDays: 30 }, { rung: 6, sp: 'quarantine' }],
    [
      'wait as long as something fails',
      { closedDays: 30, sources: [aSource(), aSource({ ...UNKNOWN, headerFrom: 'news.shop.example' })] },
      null,
    ],
  ])('%s', (_title, patch, next) => {
    const verdict = judge(rollout, anAssessment(patch), NOW);
    expect([verdict.kind, verdict.next]).toEqual(['pass', next]);
  });

  it('nothing is wanted any more once they have followed', () => {
    const done = aRollout({ rung: 6, record: `${REJECT}; sp=reject` });
    expect(judge(done, anAssessment({ sources: clean }), NOW).next).toBeNull();
  });
});

describe('the verdict', () => {
  it('passes when every condition is satisfied', () => {
    expect(judge(aRollout(), anAssessment(), NOW)).toMatchObject({ kind: 'pass', stepBackTo: null });
  });

  it.each<readonly [string, Assessment, string]>([
    ['too little time', anAssessment({ closedDays: 3 }), 'inconclusive'],
    [
      'no reports at all',
      anAssessment({ lastReportAt: null, legitimate: 0, sources: [], witnesses: 0, isMailReported: false }),
      'inconclusive',
    ],
    ['silence', anAssessment({ lastReportAt: NOW - 4 * DAY_MS }), 'inconclusive'],
    ['an unknown sender', anAssessment({ sources: [aSource(UNKNOWN)] }), 'fail'],
    ['harm and too little time', anAssessment({ closedDays: 3, sources: [aSource(FAILING)] }), 'fail'],
  ])('%s: it is %s', (_title, assessment, kind) => {
    expect(judge(aRollout(), assessment, NOW).kind).toBe(kind);
  });

  it('names the worst open condition', () => {
    const assessment = anAssessment({ closedDays: 3, sources: [aSource(UNKNOWN)] });
    expect(judge(aRollout(), assessment, NOW).why).toBe(
      'unknown-sources: vendor.example (40 a week), required none',
    );
  });

  it('says when, once all that is open has a date', () => {
    const waiting = anAssessment({ from: '2026-03-02', closedDays: 10, closedThrough: '2026-03-11' });
    expect(judge(aRollout(), waiting, NOW).earliest).toBe(Date.parse('2026-04-01T00:00:00Z'));
    const unsettled = { ...waiting, sources: [aSource(UNKNOWN)] };
    expect(judge(aRollout(), unsettled, NOW).earliest).toBeNull();
  });

  it('can not be told before the domain stands on a rung', () => {
    const drifted = aRollout({ rung: null, record: null });
    expect(judge(drifted, anAssessment(), NOW)).toMatchObject({
      kind: 'inconclusive',
      why: 'record: not taken over yet, required a record on a rung of the ladder, or one that a person adopted',
    });
  });

  it('watches on at the last rung', () => {
    const top = aRollout({ rung: 6, record: REJECT });
    expect(judge(top, anAssessment({ closedDays: 0 }), NOW)).toMatchObject({
      kind: 'pass',
      why: 'stands at its last rung; nobody is hurt',
    });
    expect(judge(top, anAssessment({ sources: [aSource(UNKNOWN)] }), NOW).kind).toBe('fail');
  });

  it('stands at quarantine when the owner wants no more', () => {
    const last = aRollout({
      rung: 4,
      record: 'v=DMARC1; p=quarantine; rua=mailto:d@shop.example',
      settings: { lastPolicy: 'quarantine' },
    });
    expect(judge(last, anAssessment({ closedDays: 0 }), NOW).why).toContain('last rung');
    expect(
      judge(
        aRollout({ ...last, ladder: LADDERS.gradual, settings: {} }),
        anAssessment({ closedDays: 0 }),
        NOW,
      ).kind,
    ).toBe('inconclusive');
  });
});
