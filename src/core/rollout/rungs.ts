import type { Ladder, Rung } from './ladder.js';
import type { PolicyTags } from '../record/policy.js';
import type { Rollout } from './rollout.js';
import { severity, worstCase } from '../record/effective-policy.js';
import { strictness } from '../record/policy.js';

/** The rung that says exactly what the tags say; null: none does. `pct=100` and `t=n` are as good as absent. */
export function matchRung(ladder: Ladder, tags: PolicyTags): number | null {
  const at = ladder.rungs.findIndex(
    (rung) =>
      rung.tags.p === tags.p && percentage(rung.tags) === percentage(tags) && rung.tags.t === testing(tags),
  );
  return at === -1 ? null : at;
}

/** The strongest rung that asks for no more than the tags do: where an adopted record that is on no rung stands. */
export function rungBelow(ladder: Ladder, tags: PolicyTags): number {
  const asked = severity(worstCase(tags));
  return Math.max(
    0,
    ladder.rungs.findLastIndex(
      (rung) => severity(worstCase(rung.tags)) <= asked && strictness(rung.tags.p) <= strictness(tags.p),
    ),
  );
}

function percentage(tags: Pick<PolicyTags, 'p' | 'pct'>): number {
  return tags.p === 'none' ? 100 : (tags.pct ?? 100);
}

function testing(tags: PolicyTags): 'y' | undefined {
  return tags.t === 'y' && tags.p !== 'none' ? 'y' : undefined;
}

/** The rung a rollout stands on; the first one while that isn't known. */
export function currentRung(rollout: Rollout): Rung {
  const rung = rollout.ladder.rungs[rollout.rung ?? 0] ?? rollout.ladder.rungs[0];
  if (rung === undefined) throw new RangeError(`ladder ${rollout.ladder.name} has no rungs`);
  return rung;
}

/** The next rung up, or null at the top or at the strongest policy that the owner wants. */
export function nextRung(rollout: Rollout): { readonly index: number; readonly rung: Rung } | null {
  if (rollout.rung === null) return null;
  const index = rollout.rung + 1;
  const rung = rollout.ladder.rungs[index];
  if (rung === undefined || strictness(rung.tags.p) > strictness(rollout.settings.lastPolicy)) return null;
  return { index, rung };
}
