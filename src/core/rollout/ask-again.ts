import { DAY_MS, HOUR_MS, MINUTE_MS, type Instant } from '../instant.js';
import { isInsideWindow } from './change-window.js';
import type { Hold, Rollout } from './rollout.js';

/** However long a provider wants to be left alone, it is asked again after this. */
const LONGEST_WAIT_MS = DAY_MS;
/** Between two exchanges with a provider that fails, when it didn't say how long. */
const LONGEST_PAUSE_MS = HOUR_MS;
/** A step back, and an intent that stands in its way, wait no longer than this, whatever the provider wants. */
const LONGEST_WAIT_DOWN_MS = HOUR_MS;
/** Before that they are tried so often without waiting: mail is being lost. */
const TRIES_AT_ONCE = 10;

/** Whether the provider may be asked now: there is something to write, and it may be asked again. */
export function mayAskProvider(rollout: Rollout, now: Instant): boolean {
  const { change } = rollout;
  const stage = change?.stage;
  const waits = stage === 'approved' && change?.direction === 'strengthen' && !change.byHand;
  if (waits && !isInsideWindow(rollout.settings.windows, now)) return false;
  return (stage === 'approved' || stage === 'intended') && now >= askAgainAt(rollout);
}

/**
 * When a provider that failed may be asked again; 0: any time. One that said when is left alone until then: for a day
 * at the most, and going down, or to settle an intent, for an hour. Else it is asked after a while, ever longer up to an
 * hour: going up from the first failure on, going down, and to settle an intent, once it has failed ten times.
 */
export function askAgainAt({ change, holds }: Rollout): Instant {
  const fault = holds.find((hold) => hold.reason === 'provider-error');
  if (fault === undefined || change === null) return 0;
  const until = fault.until ?? 0;
  if (change.stage === 'intended' || change.direction === 'weaken') {
    const again = fault.since + pauseAfter((fault.failures ?? 0) - TRIES_AT_ONCE);
    return Math.min(Math.max(until, again), fault.since + LONGEST_WAIT_DOWN_MS);
  }
  return Math.max(until, fault.since + pauseAfter(Math.max(change.attempts + 1, fault.failures ?? 1)));
}

/** Milliseconds to wait after so many failures in a row; none, where there are none. */
function pauseAfter(failures: number): number {
  return failures < 1 ? 0 : Math.min(LONGEST_PAUSE_MS, MINUTE_MS * 2 ** Math.min(failures - 1, 10));
}

/** When a provider that said how long it wants to be left alone may be asked again; null: it didn't say. */
export function leftAloneUntil(now: Instant, retryAfterMs: number | null): Instant | null {
  return retryAfterMs === null ? null : now + Math.min(Math.max(retryAfterMs, 0), LONGEST_WAIT_MS);
}

/**
 * Whether two states differ in no more than how often, and when, the provider has failed: nothing that a person, or
 * another process, would have to look at again.
 */
export function isOnlyCounted(before: Rollout, after: Rollout): boolean {
  return JSON.stringify(uncounted(before)) === JSON.stringify(uncounted(after));
}

function uncounted(rollout: Rollout): unknown {
  return { ...rollout, holds: rollout.holds.map(withoutCounts) };
}

function withoutCounts(hold: Hold): Partial<Hold> {
  if (hold.reason !== 'provider-error') return hold;
  const { since: _since, until: _until, failures: _failures, ...rest } = hold;
  return rest;
}
