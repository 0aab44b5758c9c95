import { describe, expect, it } from 'vitest';
import { aHold, aPlannedChange, aRollout, NOW } from '../../../test/builders/rollout.js';
import { carryOut } from './carry-out.js';
import { holdWhile, startDraft, withHold, withoutHold } from './draft.js';

describe('a hold that is cleared', () => {
  const silent = aRollout({ holds: [aHold('silent', { note: 'no report has come for 3 days' })] });

  it('is told of, with what it was', () => {
    const { rollout, audit, notices } = holdWhile(startDraft(silent, NOW), 'silent', null);
    expect(rollout.holds).toEqual([]);
    expect(audit.map(({ action }) => action)).toEqual(['hold-cleared']);
    expect(notices).toMatchObject([
      {
        event: 'hold-cleared',
        domain: 'shop.example',
        text: 'silent no longer holds. It was: no report has come for 3 days',
      },
    ]);
  });

  it('is told of with who cleared it', () => {
    const paused = aRollout({ holds: [aHold('paused', { note: 'holidays' })] });
    const context = { now: NOW, actor: 'ann', observed: { kind: 'unknown', reason: 'not asked' } } as const;
    const draft = carryOut(paused, { kind: 'resume', note: '' }, context);
    expect(draft).toMatchObject({
      notices: [{ event: 'hold-cleared', text: 'paused was cleared by ann. It was: holidays' }],
    });
  });

  it('names what goes on holding', () => {
    const both = { ...silent, holds: [...silent.holds, aHold('paused'), aHold('awaiting-approval')] };
    const { notices } = withoutHold(startDraft(both, NOW), 'silent');
    expect(notices[0]?.text).toMatch(/Still held by: paused, awaiting-approval$/);
  });

  it.each([
    ['did not stand', 'drift'],
    ['was the wait for an approval, of which people were told by its own event', 'awaiting-approval'],
  ] as const)('is not told of where it %s', (_title, reason) => {
    const rollout = aRollout({ change: aPlannedChange(), holds: [aHold('awaiting-approval')] });
    expect(withoutHold(startDraft(rollout, NOW), reason).notices).toEqual([]);
  });

  it('and comes up again is told of both times', () => {
    const cleared = withoutHold(startDraft(silent, NOW), 'silent');
    const { notices } = withHold(cleared, 'silent', 'again');
    expect(notices.map(({ event }) => event)).toEqual(['hold-cleared', 'held']);
    expect(new Set(notices.map(({ key }) => key)).size).toBe(2);
  });
});
