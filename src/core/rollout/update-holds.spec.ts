import {
  NOW,
  aChange,
  aCondition,
  aHold,
  aRollout,
  aVerdict,
  reasonsOf,
  REJECT,
} from '../../../test/builders/rollout.js';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../evidence/assessment.js';
import { DAY_MS } from '../instant.js';
import type { Rollout } from './rollout.js';
import type { Verdict } from './verdict.js';
import { anAssessment } from '../../../test/builders/evidence.js';
import { startDraft } from './draft.js';
import { updateHolds } from './update-holds.js';

function held(
  rollout: Rollout,
  verdict: Verdict = aVerdict(),
  assessment: Assessment = anAssessment(),
): readonly string[] {
  return reasonsOf(updateHolds(startDraft(rollout, NOW), assessment, verdict).rollout);
}

const waits = aCondition({ name: 'soak', satisfied: false });
const untold = aCondition({ name: 'coverage', satisfied: 'unknown' });
const NIGHT = [{ timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], fromHour: 1, toHour: 2 }];

describe('silent', () => {
  it.each([
    ['a report came in time', NOW - 3 * DAY_MS, []],
    ['the last one is older', NOW - 3 * DAY_MS - 1, ['silent']],
    ['none ever came', null, ['silent']],
  ])('%s', (_title, lastReportAt, expected) => {
    expect(held(aRollout(), aVerdict(), anAssessment({ lastReportAt }))).toEqual(expected);
  });

  it.each([
    [
      'none ever came, and the reports go to somebody who must want them',
      null,
      'vendor.example',
      /_report\._dmarc\.vendor/,
    ],
    ['none ever came', null, 'shop.example', /enrolled$/],
    ['they came once', NOW - 4 * DAY_MS, 'vendor.example', /3 days$/],
  ])('says why, as far as is known, when %s', (_title, lastReportAt, host, note) => {
    const rollout = aRollout({ record: `v=DMARC1; p=none; rua=mailto:dmarc@${host}` });
    const draft = updateHolds(startDraft(rollout, NOW), anAssessment({ lastReportAt }), aVerdict());
    expect(draft.rollout.holds).toMatchObject([{ reason: 'silent', note: expect.stringMatching(note) }]);
  });

  it('a domain that has just been enrolled has three days', () => {
    const assessment = anAssessment({ lastReportAt: null });
    expect(held(aRollout({ enrolledAt: NOW - 3 * DAY_MS }), aVerdict(), assessment)).toEqual([]);
    expect(held(aRollout({ holds: [aHold('silent')] }))).toEqual([]);
  });
});

describe('inconclusive', () => {
  it.each([
    ['it passes', aVerdict(), []],
    ['only time is wanting', aVerdict({ kind: 'inconclusive', conditions: [waits] }), []],
    ['time and more is wanting', aVerdict({ kind: 'inconclusive', conditions: [waits, untold] }), []],
    [
      'the time is up, and it still can not be told',
      aVerdict({ kind: 'inconclusive', conditions: [untold] }),
      ['inconclusive'],
    ],
    ['DNS can not be read', aVerdict({ kind: 'error', conditions: [waits] }), ['inconclusive']],
    [
      'it fails',
      aVerdict({ kind: 'fail', conditions: [aCondition({ name: 'worst-source', satisfied: false })] }),
      [],
    ],
  ])('%s', (_title, verdict, expected) => {
    expect(held(aRollout(), verdict)).toEqual(expected);
  });

  it('does not hold what a person promotes', () => {
    const rollout = aRollout({ change: aChange({ byHand: true }) });
    expect(held(rollout, aVerdict({ kind: 'inconclusive', conditions: [untold] }))).toEqual([]);
  });
});

describe('unclassified-source', () => {
  it('holds while a real sender waits for a word, and says which', () => {
    const condition = aCondition({ name: 'unknown-sources', satisfied: false, actual: 'vendor.example' });
    const draft = updateHolds(
      startDraft(aRollout(), NOW),
      anAssessment(),
      aVerdict({ conditions: [condition] }),
    );
    expect(draft.rollout.holds).toMatchObject([{ reason: 'unclassified-source', note: 'vendor.example' }]);
    expect(held(draft.rollout)).toEqual([]);
  });
});

describe('outside-window', () => {
  it.each([
    ['a change is wanted', aRollout({ settings: { windows: NIGHT } }), aVerdict(), ['outside-window']],
    ['nothing is wanted yet', aRollout({ settings: { windows: NIGHT } }), aVerdict({ kind: 'fail' }), []],
    [
      'it stands at its last rung',
      aRollout({ rung: 6, record: REJECT, settings: { windows: NIGHT } }),
      aVerdict({ next: null }),
      [],
    ],
    [
      'a person promotes now',
      aRollout({ settings: { windows: NIGHT }, change: aChange({ byHand: true }) }),
      aVerdict(),
      [],
    ],
    ['there are no windows', aRollout(), aVerdict(), []],
  ])('%s', (_title, rollout, verdict, expected) => {
    expect(held(rollout, verdict)).toEqual(expected);
  });
});

describe('provider-error', () => {
  const since = (age: number, until: number | null = null) => [
    aHold('provider-error', { since: NOW - age, until }),
  ];

  it.each<[string, Rollout['change'], readonly string[]]>([
    ['there is nothing to write any more', null, []],
    ['it is decided again', aChange({ stage: 'planned' }), []],
    ['there is something to write: the answer clears it', aChange(), ['provider-error']],
    ['an intent is to be settled', aChange({ stage: 'intended' }), ['provider-error']],
    ['a written change is not to be seen everywhere', aChange({ stage: 'written' }), ['provider-error']],
  ])('a minute later, when %s', (_title, change, expected) => {
    expect(held(aRollout({ change, holds: since(60_000) }))).toEqual(expected);
    expect(held(aRollout({ change, holds: since(59_999) }))).toEqual(['provider-error']);
  });

  it('stays until the provider may be asked again', () => {
    const holds = (until: number) => since(60_000, until);
    expect(held(aRollout({ holds: holds(NOW + 1) }))).toEqual(['provider-error']);
    expect(held(aRollout({ holds: holds(NOW) }))).toEqual([]);
  });
});

it('what people have set stays', () => {
  const holds = [
    aHold('paused'),
    aHold('aborted'),
    aHold('drift'),
    aHold('awaiting-approval'),
    aHold('freeze'),
  ];
  expect(held(aRollout({ holds }))).toEqual(reasonsOf(aRollout({ holds })));
});
