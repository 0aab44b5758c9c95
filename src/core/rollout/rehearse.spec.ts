import { describe, expect, it } from 'vitest';
import { aChange, aRollout, NONE, NOW, QUARANTINE_10 } from '../../../test/builders/rollout.js';
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

  it('says so once', () => {
    const draft = rehearse(aRollout({ change: aChange() }), NOW);
    expect(rehearse(draft?.rollout ?? aRollout(), NOW + 60_000)).toBeNull();
  });

  it.each(['planned', 'intended', 'written', 'verified'] as const)(
    'has nothing to say of one that is %s',
    (stage) => {
      expect(rehearse(aRollout({ change: aChange({ stage }) }), NOW)).toBeNull();
      expect(rehearse(aRollout(), NOW)).toBeNull();
    },
  );
});
