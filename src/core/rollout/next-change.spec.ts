import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aChange,
  aRollout,
  aVerdict,
  observed,
} from '../../../test/builders/rollout.js';
import { anAssessment } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import { planWeakening, strengthen, weaken } from './next-change.js';
import type { Change, Rollout } from './rollout.js';
import type { Footing } from './footing.js';
import { startDraft } from './draft.js';
import { reviseChange } from './revise-change.js';

const RUA = 'rua=mailto:dmarc@shop.example';

function up(rollout: Rollout, next: Footing | null): Change | null {
  return strengthen(startDraft(rollout, NOW), aVerdict({ next })).rollout.change;
}

function down(rollout: Rollout, stepBackTo: Footing): Change | null {
  const verdict = aVerdict({ kind: 'fail', next: null, stepBackTo });
  return weaken(startDraft(rollout, NOW), verdict, observed(rollout.record ?? NONE)).rollout.change;
}

describe('a change up', () => {
  it.each<readonly [string, Rollout, Footing, string]>([
    [
      'writes no sp where subdomains go along',
      aRollout(),
      { rung: 1, sp: null },
      `v=DMARC1; p=quarantine; pct=10; t=y; ${RUA}`,
    ],
    [
      'holds subdomains back',
      aRollout(),
      { rung: 1, sp: 'none' },
      `v=DMARC1; p=quarantine; sp=none; pct=10; t=y; ${RUA}`,
    ],
    [
      'takes them up alone',
      aRollout({ rung: 6, record: `v=DMARC1; p=reject; sp=none; ${RUA}` }),
      { rung: 6, sp: 'quarantine' },
      `v=DMARC1; p=reject; sp=quarantine; ${RUA}`,
    ],
  ])('%s', (_title, rollout, next, after) => {
    const change = up(rollout, next);
    expect(change?.direction).toBe('strengthen');
    expect(sorted(change?.after)).toEqual(sorted(after));
  });

  it('of sp alone asks a person where the rung of the domain asks one', () => {
    const record = `${REJECT}; sp=none`;
    const supervised = aRollout({ rung: 6, record, settings: { mode: 'supervised' } });
    expect(up(supervised, { rung: 6, sp: 'quarantine' })?.stage).toBe('planned');
  });

  it('is none when nothing is wanted', () => {
    expect(up(aRollout({ rung: 6, record: REJECT }), null)).toBeNull();
  });
});

describe('a change down', () => {
  it.each<readonly [string, Rollout, Footing, string | null]>([
    [
      'of sp alone leaves p where it stands',
      aRollout({ rung: 6, record: REJECT }),
      { rung: 6, sp: 'none' },
      `v=DMARC1; p=reject; sp=none; ${RUA}`,
    ],
    [
      'of both takes both',
      aRollout({ rung: 6, record: `v=DMARC1; p=reject; sp=reject; ${RUA}` }),
      { rung: 0, sp: 'none' },
      `v=DMARC1; p=none; sp=none; ${RUA}`,
    ],
    ['is none when it stands there already', aRollout(), { rung: 0, sp: null }, null],
    [
      'is none when sp stands there already',
      aRollout({ rung: 6, record: `${REJECT}; sp=none` }),
      { rung: 6, sp: 'none' },
      null,
    ],
    ['is none when the domain stands lower', aRollout(), { rung: 2, sp: null }, null],
  ])('%s', (_title, rollout, to, after) => {
    expect(sorted(down(rollout, to)?.after)).toEqual(sorted(after ?? undefined));
  });

  const going = aRollout({
    rung: 6,
    record: REJECT,
    change: aChange({
      direction: 'weaken',
      fromRung: 6,
      toRung: 6,
      before: REJECT,
      after: `${REJECT}; sp=none`,
    }),
  });

  it('is not planned anew when one on its way leads as low', () => {
    expect(down(going, { rung: 6, sp: 'none' })).toBe(going.change);
  });

  it.each(['written', 'verified'] as const)(
    'is planned where a %s restore leads to a higher rung of the same policy',
    (stage) => {
      const full = `v=DMARC1; p=quarantine; ${RUA}`;
      const rungs = { fromRung: 4, toRung: 4 };
      const change = aChange({ ...rungs, stage, direction: 'weaken', before: `${full}; fo=1`, after: full });
      const restored = aRollout({ rung: 4, stableRung: 1, record: full, change });
      expect(down(restored, { rung: 1, sp: null })).toMatchObject({ toRung: 1, after: QUARANTINE_10 });
    },
  );

  it('gives way to one that leads lower', () => {
    expect(down(going, { rung: 0, sp: null })).toMatchObject({ toRung: 0, before: REJECT, after: NONE });
  });

  it('leads down from what is written and not seen, which becomes the record only once it is seen', () => {
    const change = aChange({
      stage: 'written',
      attempts: 1,
      fromRung: 1,
      toRung: 2,
      before: QUARANTINE_10,
      after: QUARANTINE_25,
    });
    const rollout = aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10, change });
    const back = aVerdict({ kind: 'fail', next: null, stepBackTo: { rung: 0, sp: null } });
    const after = weaken(startDraft(rollout, NOW), back, observed(QUARANTINE_10)).rollout;
    expect(after).toMatchObject({
      rung: 1,
      stableRung: 1,
      record: QUARANTINE_10,
      late: [{ text: QUARANTINE_25, rung: 2 }],
      change: { direction: 'weaken', before: QUARANTINE_25, after: NONE, fromRung: 2, toRung: 0 },
    });
    const grounds = { judged: back, verdict: back, assessment: anAssessment() };
    expect(reviseChange(startDraft(after, NOW), grounds).rollout.change).toBe(after.change);
  });

  it('never asks for more, where an adopted record asks for less than its rung', () => {
    const record = `v=DMARC1; p=quarantine; pct=30; ${RUA}`;
    const adopted = aRollout({ rung: 4, stableRung: 4, record });
    const draft = planWeakening(startDraft(adopted, NOW, 'ann'), { rung: 4, sp: null }, 'aborted', 'person');
    expect(draft.rollout.change).toBeNull();
    expect(sorted(down(adopted, { rung: 4, sp: 'none' })?.after)).toEqual(sorted(`${record}; sp=none`));
  });

  it('a person may go to none from any rung', () => {
    const rollout = aRollout({ rung: 1, record: QUARANTINE_10 });
    const draft = planWeakening(startDraft(rollout, NOW, 'ann'), { rung: 0, sp: null }, 'aborted', 'person');
    expect(draft.rollout.change).toMatchObject({ after: NONE, byHand: true });
  });
});

/** Where a new tag is put is the editor's matter. */
function sorted(record: string | undefined): readonly string[] {
  return (record ?? '').split('; ').sort();
}
