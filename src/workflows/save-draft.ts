import type { Draft } from '../core/rollout/draft.js';
import { isOnlyCounted } from '../core/rollout/ask-again.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { Rollout } from '../core/rollout/rollout.js';
import { dueAt } from '../core/rollout/decide.js';

/**
 * Stores what became of a rollout, its version counted up; answers it. Throws StaleRolloutError. `stored`: as it was read;
 * where nothing but failures was counted since, the version stays, and nobody else's step is out of date.
 */
export async function saveDraft(rollouts: RolloutStore, draft: Draft, stored?: Rollout): Promise<Rollout> {
  const fromVersion = draft.rollout.version;
  const isSame =
    stored !== undefined &&
    draft.audit.length + draft.notices.length === 0 &&
    isOnlyCounted(stored, draft.rollout);
  const rollout = { ...draft.rollout, version: fromVersion + (isSame ? 0 : 1) };
  await rollouts.save({
    fromVersion,
    rollout,
    verdict: null,
    dueAt: dueAt(rollout, draft.now),
    audit: draft.audit,
    notices: draft.notices,
  });
  return rollout;
}
