import { NOW, aRollout, QUARANTINE_10, REJECT } from '../../../test/builders/rollout.js';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../evidence/assessment.js';
import type { Condition } from './verdict.js';
import { DAY_MS } from '../instant.js';
import { LADDERS } from './ladder.js';
import { judge } from './gate.js';

function condition(name: string, assessment: Assessment, rollout = aRollout()): Condition | undefined {
  return judge(rollout, assessment, NOW).conditions.find((it) => it.name === name);
}

const FAILING = { state: 'failing', failingPerWeek: 40, lastFailing: '2026-03-09' } as const;
const VENDOR = { id: 'domain:vendor.example', name: 'vendor.example' } as const;
const UNKNOWN = { ...VENDOR, ...FAILING, class: 'unknown', passed: 0, passRateAtLeast: 0 } as const;
const BIG = { reporter: 'big.example', messages: 790, lastDay: '2026-03-12', missing: false };
const GONE = { reporter: 'gone.example', messages: 210, lastDay: '2026-03-01', missing: true };

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
    ['reports', 'none with mail in it ever came', anAssessment({ days: [] }), 'unknown'],
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
    ['expected-harm', 'above the cap', anAssessment({ sources: [aSource({ failingPerWeek: 3.1 })] }), false],
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
      soak: '2026-04-07',
      'month-end': '2026-04-04',
      reports: null,
      coverage: null,
      sample: '2026-04-07',
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
  const shop = aSource({ ...UNKNOWN, headerFrom: ['news.shop.example'] });

  it.each([
    ['v=DMARC1; p=none; rua=mailto:d@shop.example', false],
    ['v=DMARC1; p=none; sp=quarantine; rua=mailto:d@shop.example', false],
    ['v=DMARC1; p=none; sp=none; rua=mailto:d@shop.example', true],
  ])('is judged by sp where the record has one: %s', (record, expected) => {
    const assessment = anAssessment({ sources: [shop] });
    expect(condition('unknown-sources', assessment, aRollout({ record }))?.satisfied).toBe(expected);
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
      anAssessment({ lastReportAt: null, legitimate: 0, sources: [], days: [] }),
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
    expect(judge(aRollout(), waiting, NOW).earliest).toBe(Date.parse('2026-04-04T00:00:00Z'));
    const silent = { ...waiting, lastReportAt: null };
    expect(judge(aRollout(), silent, NOW).earliest).toBeNull();
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
