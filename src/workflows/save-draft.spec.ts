import { describe, expect, it } from 'vitest';
import { aChange, aHold, aRollout, NOW } from '../../test/builders/rollout.js';
import { startDraft, withAudit } from '../core/rollout/draft.js';
import { recordFault } from '../core/rollout/provider-answer.js';
import type { RolloutStore, Transition } from '../ports/rollout-store.js';
import { saveDraft } from './save-draft.js';

describe('storing what became of a rollout', () => {
  const stored = aRollout({ change: aChange(), holds: [aHold('provider-error', { note: 'time-out' })] });
  const again = recordFault(stored, 'time-out', NOW + 60_000);

  it.each([
    ['nothing but a failure was counted: the version stays', again, stored, 0],
    ['the history has a row of it', withAudit(again, { action: 'x', cause: 'y' }), stored, 1],
    ['something else was stored', startDraft({ ...stored, change: null }, NOW), stored, 1],
    ['nobody says what was stored', again, undefined, 1],
  ])('%s', async (_title, draft, before, counted) => {
    const saved: Transition[] = [];
    const store = { save: async (it: Transition) => void saved.push(it) } as unknown as RolloutStore;
    await saveDraft(store, draft, before);
    expect(saved).toMatchObject([
      { fromVersion: stored.version, rollout: { version: stored.version + counted } },
    ]);
  });
});
