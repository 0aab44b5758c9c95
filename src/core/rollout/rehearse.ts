import type { Draft } from './draft.js';
import { startDraft, withAudit, withNotice, withRollout } from './draft.js';
import type { Instant } from '../instant.js';
import type { Rollout } from './rollout.js';

/** What stands on a change that a dry run has stopped before it was written. */
const REHEARSED = 'dry run: nothing was written';

/** Notes once, on a change that is to be written, that it would be now; null: there is none, or it was noted already. */
export function rehearse(rollout: Rollout, now: Instant): Draft | null {
  const { change } = rollout;
  if (change?.stage !== 'approved' || change.receipt === REHEARSED) return null;
  const noted = withAudit(
    withRollout(startDraft(rollout, now), { change: { ...change, receipt: REHEARSED } }),
    {
      action: 'rehearsed',
      cause: `${REHEARSED}; ${change.cause}`,
      before: change.before,
      after: change.after,
    },
  );
  const event = change.direction === 'strengthen' ? 'strengthened' : 'stepped-back';
  return withNotice(noted, event, `${REHEARSED}; would publish: ${change.after}`, change);
}
