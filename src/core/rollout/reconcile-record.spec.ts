import {
  NONE,
  NOW,
  QUARANTINE_10,
  REJECT,
  aChange,
  aHold,
  aRollout,
  anEnrolled,
  observed,
  reasonsOf,
} from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../instant.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import type { Rollout } from './rollout.js';
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

  it.each([
    [NOW - DAY_MS, []],
    [NOW - DAY_MS - 1, ['drift']],
  ])('the old text may stand for a day after the write; then our write was undone', (writtenAt, expected) => {
    const change = aChange({ stage: 'written', attempts: 1, writtenAt });
    expect(held(aRollout({ change }), observed(NONE))).toEqual(expected);
  });

  it('any other text is drift', () => {
    const change = aChange({ stage: 'written', attempts: 1, writtenAt: NOW });
    expect(held(aRollout({ change }), observed(REJECT))).toEqual(['drift']);
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
