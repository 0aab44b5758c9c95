import type { Draft } from './draft.js';
import { startDraft, withChangeAudit, withNotice, withRollout } from './draft.js';
import type { Instant } from '../instant.js';
import type { Change, Rollout } from './rollout.js';

/** What stands on a change that a dry run has stopped before it was written. */
const REHEARSED = 'dry run: nothing was written';
/** … and on one that was tried before the dry run began. */
const NOT_AGAIN = 'dry run: it was tried before; it is not written again';

/**
 * Notes once, on a change that is to be written, that it would be now; null: there is none, or it was noted already. One
 * whose write was under way when the dry run began is no longer waited for.
 */
export function rehearse(rollout: Rollout, now: Instant): Draft | null {
  const { change } = rollout;
  if (change?.stage === 'intended') return putBack(rollout, change, now);
  if (change?.stage !== 'approved') return null;
  const receipt = change.attempts > 0 || change.writtenAt !== null ? NOT_AGAIN : REHEARSED;
  if (change.receipt === receipt) return null;
  const noted = withChangeAudit(
    withRollout(startDraft(rollout, now), { change: { ...change, receipt } }),
    change,
    'rehearsed',
    `${receipt}; ${change.cause}`,
  );
  const event = change.direction === 'strengthen' ? 'strengthened' : 'stepped-back';
  return withNotice(noted, event, `${receipt}; would publish: ${change.after}`, change);
}

/**
 * The provider isn't asked in a dry run, so nothing settles an intent: it would stand in the way of each later change. As
 * it was tried, its text is known should it turn up. Going up it is decided again first.
 */
function putBack(rollout: Rollout, change: Change, now: Instant): Draft {
  const stage = change.direction === 'weaken' ? 'approved' : 'planned';
  return withChangeAudit(
    withRollout(startDraft(rollout, now), { change: { ...change, stage, receipt: null } }),
    change,
    'not-settled',
    'a dry run began while the write was under way; whether it took effect, DNS will show',
  );
}
