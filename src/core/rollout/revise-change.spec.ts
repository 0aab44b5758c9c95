import { describe, expect, it } from 'vitest';
import { aSource, anAssessment } from '../../../test/builders/evidence.js';
import {
  NONE,
  NOW,
  aChange,
  aHold,
  aPlannedChange,
  aRollout,
  aVerdict,
} from '../../../test/builders/rollout.js';
import type { Assessment } from '../evidence/assessment.js';
import { startDraft, type Draft } from './draft.js';
import { reviseChange } from './revise-change.js';
import type { Change, Rollout } from './rollout.js';
import type { Verdict } from './verdict.js';

const RUA = 'rua=mailto:dmarc@shop.example';
const NEWS = aSource({
  id: 'news',
  headerFrom: 'news.shop.example',
  state: 'failing',
  failingPerWeek: 700,
  failingPerWeekAtMost: 700,
});

function revised(
  rollout: Rollout,
  {
    judged = aVerdict(),
    verdict = judged,
    assessment = anAssessment(),
  }: {
    readonly judged?: Verdict;
    readonly verdict?: Verdict;
    readonly assessment?: Assessment;
  } = {},
): Draft {
  return reviseChange(startDraft(rollout, NOW), { judged, verdict, assessment });
}

function dropped(draft: Draft): string | undefined {
  return draft.audit.find(({ action }) => action === 'superseded')?.cause;
}

const supervised = { settings: { mode: 'supervised' } } as const;

describe('a change of the ratchet that is not written yet', () => {
  it.each<readonly [string, Rollout, Verdict, RegExp]>([
    [
      'the verdict turns',
      aRollout({ change: aChange() }),
      aVerdict({ kind: 'inconclusive' }),
      /verdict turned/,
    ],
    [
      'nothing more is wanted',
      aRollout({ change: aChange() }),
      aVerdict({ next: null }),
      /not what is wanted/,
    ],
    [
      'another rung is wanted',
      aRollout({ change: aChange({ toRung: 2 }) }),
      aVerdict({ next: { rung: 1, sp: null } }),
      /not what is wanted/,
    ],
    [
      'subdomains are to stay behind',
      aRollout({ change: aChange() }),
      aVerdict({ next: { rung: 1, sp: 'none' } }),
      /not what is wanted/,
    ],
    [
      'a person is to approve it',
      aRollout({ ...supervised, change: aChange() }),
      aVerdict(),
      /not what is wanted/,
    ],
    ['nobody is to approve it', aRollout({ change: aPlannedChange() }), aVerdict(), /not what is wanted/],
    [
      'nobody approves it in time',
      aRollout({ ...supervised, change: aPlannedChange({ approvalExpiresAt: NOW }) }),
      aVerdict(),
      /nobody approved it in time/,
    ],
    [
      'it was approved too long ago',
      aRollout({ ...supervised, change: approved({ stage: 'approved' }) }),
      aVerdict(),
      /approved too long ago/,
    ],
    [
      'it was approved too long ago, then interrupted',
      aRollout({ ...supervised, change: approved({ attempts: 1 }) }),
      aVerdict(),
      /approved too long ago/,
    ],
  ])('is dropped when %s', (_title, rollout, judged, why) => {
    const draft = revised(rollout, { judged });
    expect(draft.rollout.change).toBeNull();
    expect(dropped(draft)).toMatch(why);
  });

  it.each<readonly [string, Rollout]>([
    ['is approved', aRollout({ change: aChange() })],
    ['waits for a person', aRollout({ ...supervised, change: aPlannedChange() })],
    ['was approved in time', aRollout({ ...supervised, change: approved({ stage: 'approved' }, NOW + 1) })],
  ])('stays as it is where the plan would be the same, and it %s', (_title, rollout) => {
    expect(revised(rollout).rollout).toBe(rollout);
  });
});

describe('a promotion', () => {
  const promoted = aRollout({
    change: aChange({ stage: 'planned', byHand: true, cause: 'promoted by ann' }),
  });
  const waiting = aVerdict({ kind: 'inconclusive', next: null });

  it('needs no verdict that passes', () => {
    const { rollout } = revised(promoted, { judged: waiting });
    expect(rollout.change).toEqual({ ...promoted.change, stage: 'approved' });
  });

  it.each<readonly [string, Rollout, Verdict, string]>([
    [
      'mail would be hurt',
      promoted,
      aVerdict({ kind: 'fail', why: 'worst-source: ERP' }),
      'worst-source: ERP',
    ],
    [
      'less is wanted by then',
      { ...promoted, settings: { ...promoted.settings, lastPolicy: 'none' } },
      waiting,
      'no rung above this one is wanted any more',
    ],
    ['a hold has come up', { ...promoted, holds: [aHold('freeze')] }, waiting, 'a hold came up: freeze'],
  ])('is given up where %s, and people are told', (_title, rollout, judged, why) => {
    const draft = revised(rollout, { judged, verdict: aVerdict({ kind: 'error', next: null }) });
    expect(draft.rollout.change).toBeNull();
    expect(dropped(draft)).toBe(why);
    expect(draft.notices.map(({ event }) => event)).toEqual(['given-up']);
    expect(draft.notices[0]?.text).toMatch(/^the promotion is given up: /);
    expect(draft.notices[0]?.text).toContain(why);
  });

  it('is made again where a subdomain would be hurt', () => {
    const assessment = anAssessment({ sources: [aSource(), NEWS] });
    const first = revised(promoted, { judged: waiting, assessment }).rollout;
    expect(first.change).toMatchObject({
      stage: 'approved',
      byHand: true,
      needsApproval: false,
      cause: 'promoted by ann',
      before: NONE,
      after: `v=DMARC1; p=quarantine; sp=none; pct=10; t=y; ${RUA}`,
    });
    expect(revised(first, { judged: waiting, assessment }).rollout, 'once').toBe(first);
  });
});

/** Given so long ago that it is over at an instant. */
function approved(patch: Partial<Change>, approvalExpiresAt = NOW): Change {
  return aPlannedChange({ approvedBy: 'ann', approvalExpiresAt, ...patch });
}
