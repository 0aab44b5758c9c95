import { describe, expect, it } from 'vitest';
import { aChange, aRollout, NONE, NOW, QUARANTINE_10 } from '../../../test/builders/rollout.js';
import { carryOut } from './carry-out.js';
import { startDraft } from './draft.js';
import { reconcileRecord } from './reconcile-record.js';
import { rehearse } from './rehearse.js';

describe('a dry run', () => {
  it('notes what would be written, for people and in the history, and leaves the change as it is', () => {
    const rollout = aRollout({ change: aChange() });
    const draft = rehearse(rollout, NOW);
    expect(draft?.rollout).toEqual({
      ...rollout,
      change: { ...aChange(), receipt: 'dry run: nothing was written' },
    });
    expect(draft?.audit).toMatchObject([{ action: 'rehearsed', before: NONE, after: QUARANTINE_10 }]);
    expect(draft?.notices).toMatchObject([
      { event: 'strengthened', text: `dry run: nothing was written; would publish: ${QUARANTINE_10}` },
    ]);
  });

  it('does not say of a step back that was written before that nothing was', () => {
    const looked = { at: NOW, times: 1, toldAt: null };
    const change = aChange({ direction: 'weaken', attempts: 1, writtenAt: NOW, looked });
    const draft = rehearse(aRollout({ change }), NOW);
    expect(draft?.notices[0]?.text).toContain('it was tried before; it is not written again');
    expect(rehearse(draft?.rollout ?? aRollout(), NOW)).toBeNull();
  });

  it('says so once', () => {
    const draft = rehearse(aRollout({ change: aChange() }), NOW);
    expect(rehearse(draft?.rollout ?? aRollout(), NOW + 60_000)).toBeNull();
  });

  it.each(['planned', 'written', 'verified'] as const)('has nothing to say of one that is %s', (stage) => {
    expect(rehearse(aRollout({ change: aChange({ stage }) }), NOW)).toBeNull();
    expect(rehearse(aRollout(), NOW)).toBeNull();
  });

  it.each([
    ['up, is decided again', 'strengthen', 'planned'],
    ['down, is rehearsed like any other', 'weaken', 'approved'],
  ] as const)('a write that was under way when it began, %s', (_title, direction, stage) => {
    const change = aChange({ stage: 'intended', direction, attempts: 1, receipt: null });
    const draft = rehearse(aRollout({ change }), NOW);
    expect(draft?.rollout.change).toEqual({ ...change, stage });
    expect(draft?.audit).toMatchObject([{ action: 'not-settled', after: QUARANTINE_10 }]);
    expect(draft?.notices).toEqual([]);
  });

  it('a write that took effect before it began is no drift', () => {
    const change = aChange({ stage: 'intended', attempts: 1 });
    const put = rehearse(aRollout({ change }), NOW)?.rollout ?? aRollout();
    const shown = { kind: 'record', text: change.after, ttl: 300, others: [] } as const;
    expect(reconcileRecord(startDraft(put, NOW), shown).rollout.holds).toEqual([]);
  });

  it('a domain may be aborted while a write was under way when it began', () => {
    const change = aChange({ stage: 'intended', attempts: 1 });
    const put = rehearse(aRollout({ change }), NOW)?.rollout ?? aRollout();
    const command = { kind: 'abort', target: 'none', note: '' } as const;
    const observed = { kind: 'unknown', reason: 'not asked' } as const;
    expect(carryOut(put, command, { now: NOW, actor: 'test', observed })).not.toHaveProperty('kind');
  });
});
