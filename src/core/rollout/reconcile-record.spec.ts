import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aChange,
  aHold,
  aRollout,
  anEnrolled,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../instant.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import type { Change, Rollout } from './rollout.js';
import { reconcileRecord } from './reconcile-record.js';
import { startDraft } from './draft.js';

const UNKNOWN: Observation = { kind: 'unknown', reason: 'SERVFAIL' };
const DISAGREE: Observation = { kind: 'disagree', texts: [NONE, REJECT] };
const SEVERAL: Observation = { kind: 'several-records', texts: [NONE, REJECT] };
const CNAME: Observation = { kind: 'cname', target: 'dmarc.elsewhere.example' };
const ABSENT: Observation = { kind: 'absent' };

function reconcile(rollout: Rollout, seen: Observation): Draft {
  return reconcileRecord(startDraft(rollout, NOW), seen);
}

function held(rollout: Rollout, seen: Observation): readonly string[] {
  return reasonsOf(reconcile(rollout, seen).rollout);
}

describe('the first look at a record', () => {
  it.each([
    [NONE, 0],
    [QUARANTINE_10, 1],
    [REJECT, 6],
    ['v=DMARC1;p=Quarantine ; sp=none;rua=mailto:dmarc@shop.example;', 4],
  ])('takes %j as ours, on rung %i', (text, rung) => {
    const { rollout, audit } = reconcile(anEnrolled(), observed(text));
    expect(rollout).toMatchObject({ record: text, rung, stableRung: rung, windowStart: NOW, holds: [] });
    expect(audit.map((it) => it.action)).toEqual(['adopted']);
  });

  it.each([
    ['on no rung of the ladder', 'v=DMARC1; p=quarantine; pct=33; rua=mailto:dmarc@shop.example'],
    ['that says no policy', 'v=DMARC1; rua=mailto:dmarc@shop.example'],
    ['that says it twice', 'v=DMARC1; p=none; p=reject; rua=mailto:dmarc@shop.example'],
  ])('holds a record %s', (_title, text) => {
    const { rollout } = reconcile(anEnrolled(), observed(text));
    expect(rollout).toMatchObject({ record: null, rung: null });
    expect(reasonsOf(rollout)).toEqual(['drift']);
  });

  it('says what to publish where there is none, and clears that once it stands', () => {
    const absent = reconcile(anEnrolled({ settings: { rua: 'dmarc@box.example' } }), ABSENT).rollout;
    expect(absent.holds).toMatchObject([
      {
        reason: 'failing-check',
        note: 'no DMARC record; publish: v=DMARC1; p=none; rua=mailto:dmarc@box.example',
      },
    ]);
    expect(held(absent, observed('v=DMARC1; p=none; rua=mailto:dmarc@box.example'))).toEqual([]);
  });

  it.each([UNKNOWN, DISAGREE])('an answer that says nothing changes nothing: $kind', (seen) => {
    const enrolled = anEnrolled();
    expect(reconcile(enrolled, seen).rollout).toEqual(enrolled);
  });
});

describe('a record that is ours', () => {
  it.each<readonly [string, Observation, readonly string[]]>([
    ['stands as we left it', observed(NONE), []],
    ['says another policy', observed(REJECT), ['drift']],
    ['differs by one space', observed(`${NONE} `), ['drift']],
    ['is gone', ABSENT, ['drift']],
    ['has a second one beside it', SEVERAL, ['several-records']],
    ['gave way to a CNAME', CNAME, ['cname']],
    ['cannot be read', UNKNOWN, []],
    ['is not the same everywhere', DISAGREE, []],
  ])('%s: %o', (_title, seen, expected) => {
    expect(held(aRollout(), seen)).toEqual(expected);
  });

  it.each<readonly [Observation, readonly string[]]>([
    [observed(NONE), []],
    [observed(REJECT), ['drift']],
    [ABSENT, ['drift']],
    [UNKNOWN, ['drift', 'several-records', 'cname']], // unknown is not absent, nor all well
    [DISAGREE, ['drift', 'several-records', 'cname']],
    [SEVERAL, ['drift', 'several-records']],
    [CNAME, ['drift', 'cname']],
  ])('holds go by themselves when DNS shows otherwise: %o', (seen, expected) => {
    const holds = [aHold('drift'), aHold('several-records'), aHold('cname')];
    expect(held(aRollout({ holds }), seen)).toEqual(expected);
  });

  it('never takes over a record by itself', () => {
    expect(reconcile(aRollout(), observed(REJECT)).rollout).toMatchObject({ record: NONE, rung: 0 });
  });
});

describe('a change in flight', () => {
  it.each([
    ['approved, not tried', aChange(), ['drift']],
    ['intended', aChange({ stage: 'intended', attempts: 1 }), []],
    ['tried and put back', aChange({ stage: 'planned', attempts: 1 }), []],
    ['written', aChange({ stage: 'written', attempts: 1, writtenAt: NOW }), []],
  ])('%s: its text is drift or not', (_title, change, expected) => {
    expect(held(aRollout({ change }), observed(QUARANTINE_10))).toEqual(expected);
  });

  it.each([NOW, NOW - DAY_MS, NOW - 9 * DAY_MS])(
    'the old text is not published yet, or again, and no drift',
    (writtenAt) => {
      const change = aChange({ stage: 'written', attempts: 1, writtenAt });
      expect(held(aRollout({ change }), observed(NONE))).toEqual([]);
    },
  );

  it('any other text is drift', () => {
    const change = aChange({ stage: 'written', attempts: 1, writtenAt: NOW });
    expect(held(aRollout({ change }), observed(REJECT))).toEqual(['drift']);
  });
});

describe('a written step back that is not to be seen', () => {
  const MINUTE_MS = 60_000;
  const back = (minutes: number, looks = 0): Rollout =>
    aRollout({
      rung: 6,
      record: REJECT,
      change: aChange({
        direction: 'weaken',
        fromRung: 6,
        toRung: 0,
        before: REJECT,
        after: NONE,
        stage: 'written',
        writtenAt: NOW - (looks === 0 ? minutes : 9 * 24 * 60) * MINUTE_MS,
        attempts: 1,
        ...(looks === 0 ? {} : { looked: { at: NOW - minutes * MINUTE_MS, times: looks, toldAt: null } }),
      }),
    });

  it.each<readonly [string, Rollout, Observation, string]>([
    ['for a moment: it is on its way', back(14), observed(REJECT), 'written'],
    ['while the old record stands: the provider is looked at again', back(15), observed(REJECT), 'approved'],
    ['while a server is silent', back(15), UNKNOWN, 'approved'],
    ['while servers differ', back(15), DISAGREE, 'approved'],
    ['ever less often', back(29, 1), observed(REJECT), 'written'],
    ['ever less often, and again', back(30, 1), observed(REJECT), 'approved'],
    ['once an hour at the least', back(60, 40), observed(REJECT), 'approved'],
    ['but it is', back(15), observed(NONE), 'written'],
  ])('%s', (_title, rollout, seen, stage) => {
    const draft = reconcile(rollout, seen);
    expect(draft.rollout).toMatchObject({ record: REJECT, rung: 6, holds: [], change: { stage } });
  });

  it.each<readonly [string, Partial<Change>, string, number]>([
    ['are asked: nobody is told while they may remember', {}, 'approved', 0],
    ['are all that can be asked: nothing is looked at', { publisher: 'person' }, 'written', 0],
    ['should have forgotten: people are told', { plannedAt: NOW - 2 * 3_600_000 }, 'approved', 1],
  ])('where resolvers %s', (_title, patch, stage, told) => {
    const rollout = { ...back(60, 2), settings: { ...back(60).settings, verify: 'recursive' as const } };
    const draft = reconcile({ ...rollout, change: { ...back(60, 2).change!, ...patch } }, observed(REJECT));
    expect([draft.rollout.change?.stage, draft.notices.length]).toEqual([stage, told]);
  });

  it.each([
    ['at the first look', {}, []],
    ['at the second', { looked: { at: NOW - HOUR_MS, times: 1, toldAt: null } }, ['held']],
    ['when it was written twice', { attempts: 2 }, ['held']],
    ['within a day of that', { looked: { at: NOW - HOUR_MS, times: 9, toldAt: NOW - DAY_MS + 1 } }, []],
    ['a day after', { looked: { at: NOW - HOUR_MS, times: 9, toldAt: NOW - DAY_MS } }, ['held']],
  ])('people are told, or not: %s', (_title, patch, events) => {
    const rollout = back(60);
    const { notices } = reconcile({ ...rollout, change: { ...rollout.change!, ...patch } }, observed(REJECT));
    expect(notices.map((it) => it.event)).toEqual(events);
  });

  it('where a person is to publish it, that person is not asked more often than once a day in the end', () => {
    const handed = (hours: number): Rollout => {
      const rollout = back(hours * 60, 40);
      return { ...rollout, change: { ...rollout.change!, publisher: 'person' } };
    };
    const stages = [23, 24].map((hours) => reconcile(handed(hours), observed(REJECT)).rollout.change?.stage);
    expect(stages).toEqual(['written', 'approved']);
  });
});

describe('a step back that is to be looked for at the provider, and is to be seen by now', () => {
  const back = aChange({
    direction: 'weaken',
    fromRung: 1,
    toRung: 0,
    before: QUARANTINE_10,
    after: NONE,
    attempts: 1,
  });
  const at = (patch: Partial<Change>): Rollout =>
    aRollout({ rung: 1, record: QUARANTINE_10, change: { ...back, ...patch } });

  it.each<readonly [string, Rollout, string]>([
    ['was written', at({ writtenAt: NOW - HOUR_MS }), 'written'],
    ['was tried, and nobody confirmed it', at({}), 'written'],
    ['may be an old copy, with another text of ours about', at({ before: QUARANTINE_25 }), 'approved'],
  ])('%s', (_title, rollout, stage) => {
    const draft = reconcile(rollout, observed(NONE));
    expect(draft.rollout.change?.stage).toBe(stage);
    expect(draft.rollout.holds).toEqual([]);
  });
});

describe('a write that was given up and takes effect late', () => {
  const until = NOW + HOUR_MS;
  const late = [{ text: QUARANTINE_10, rung: 1, until }];

  it('is ours, and is judged from now on', () => {
    const { rollout, audit, notices } = reconcile(aRollout({ late }), observed(QUARANTINE_10));
    expect(rollout).toMatchObject({
      record: QUARANTINE_10,
      rung: 1,
      stableRung: 0,
      windowStart: NOW,
      holds: [],
      late: [{ text: NONE, rung: 0, until }],
    });
    expect(audit.map((it) => it.action)).toEqual(['adopted']);
    expect(notices.map((it) => it.event)).toEqual(['strengthened']);
  });

  it('is drift once it can come from us no more', () => {
    const { rollout } = reconcile(aRollout({ late: [{ ...late[0]!, until: NOW }] }), observed(QUARANTINE_10));
    expect(rollout).toMatchObject({ record: NONE, rung: 0, late: [] });
    expect(rollout.holds).toMatchObject([{ note: expect.stringMatching(`${NONE}.*${QUARANTINE_10}`) }]);
  });

  it('is taken back where a person has aborted meanwhile', () => {
    const { rollout } = reconcile(aRollout({ late, holds: [aHold('aborted')] }), observed(QUARANTINE_10));
    expect(rollout).toMatchObject({
      record: QUARANTINE_10,
      rung: 1,
      change: { direction: 'weaken', stage: 'approved', before: QUARANTINE_10, after: NONE },
    });
  });

  it.each([
    ['it asks for less', QUARANTINE_25, NONE, 0],
    ['it asks for as much', QUARANTINE_10, `${QUARANTINE_10}; x=y`, 1],
  ])('… but stays where %s', (_title, record, text, rung) => {
    const rollout = aRollout({ rung: record === QUARANTINE_25 ? 2 : 1, record, holds: [aHold('aborted')] });
    const taken = reconcile({ ...rollout, late: [{ text, rung, until }] }, observed(text)).rollout;
    expect(taken).toMatchObject({ record: text, rung, change: null });
  });

  it('drops the plan that was made for the record before', () => {
    const change = aChange({ before: NONE, after: QUARANTINE_25, toRung: 2 });
    expect(reconcile(aRollout({ late, change }), observed(QUARANTINE_10)).rollout.change).toBeNull();
  });

  it.each(['intended', 'written'] as const)('waits for a change that is %s', (stage) => {
    const change = aChange({ stage, attempts: 1, writtenAt: NOW, after: QUARANTINE_25, toRung: 2 });
    const { rollout } = reconcile(aRollout({ late, change }), observed(QUARANTINE_10));
    expect(rollout).toMatchObject({ record: NONE, holds: [], change: { stage } });
  });

  it('does not replace a step back that takes it away', () => {
    const change = aChange({
      direction: 'weaken',
      before: QUARANTINE_10,
      after: NONE,
      fromRung: 1,
      toRung: 0,
    });
    const { rollout } = reconcile(aRollout({ late, change }), observed(QUARANTINE_10));
    expect(rollout).toMatchObject({ record: NONE, holds: [], change });
  });

  it('clears the drift that it was taken for', () => {
    const rollout = aRollout({ late, holds: [aHold('drift')] });
    expect(held(rollout, observed(QUARANTINE_10))).toEqual([]);
  });
});

describe('our rua', () => {
  it.each([
    ['stands there', NONE, 'dmarc@shop.example', []],
    ['any will do', NONE, null, []],
    ['is another', NONE, 'dmarc@box.example', ['failing-check']],
    ['is missing', 'v=DMARC1; p=none', null, ['failing-check']],
  ] as const)('%s', (_title, record, rua, expected) => {
    expect(held(aRollout({ record, settings: { rua } }), observed(record))).toEqual(expected);
  });

  it('holds until it stands there again, and leaves other failing checks alone', () => {
    const blind = reconcile(aRollout(), observed('v=DMARC1; p=none')).rollout;
    expect(reasonsOf(blind)).toEqual(['drift', 'failing-check']);
    expect(held(blind, observed(NONE))).toEqual([]);
    expect(held(aRollout({ holds: [aHold('failing-check')] }), observed(NONE))).toEqual(['failing-check']);
  });
});
