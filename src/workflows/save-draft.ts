import type { Draft } from '../core/rollout/draft.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { Rollout } from '../core/rollout/rollout.js';
import { dueAt } from '../core/rollout/decide.js';

/** Stores what became of a rollout, its version counted up; answers it. Throws StaleRolloutError. */
export async function saveDraft(rollouts: RolloutStore, draft: Draft): Promise<Rollout> {
  const fromVersion = draft.rollout.version;
  const rollout = { ...draft.rollout, version: fromVersion + 1 };
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
