import { DAY_MS, type Instant } from '../instant.js';
import type { Change, Hold, Rollout } from './rollout.js';

/** The clocks of two processes may differ by so much without anything being wrong. */
const SKEW_MS = 60_000;
/** No provider is left alone for longer. */
const LONGEST_UNTIL_MS = DAY_MS;

/**
 * The rollout as of a clock that was ahead for a moment and is right again: what it stamped later than `now` counts from
 * now on, or else all that waits would wait for as long as the clock was ahead. Answers the same object where nothing is.
 */
export function takeBackClock(rollout: Rollout, now: Instant): Rollout {
  const { change, holds, windowStart } = rollout;
  const start = windowStart === null ? null : notAhead(windowStart, now);
  const next = {
    change: change === null ? null : takeBackChange(change, now),
    holds: holds.some((it) => isAhead(it, now)) ? holds.map((it) => takeBackHold(it, now)) : holds,
    windowStart: start,
  };
  const isSame = next.change === change && next.holds === holds && start === windowStart;
  return isSame ? rollout : { ...rollout, ...next };
}

function notAhead(at: Instant, now: Instant): Instant {
  return at > now + SKEW_MS ? now : at;
}

function isAhead({ since, until }: Hold, now: Instant): boolean {
  return notAhead(since, now) !== since || latestUntil(until ?? 0, now) !== (until ?? 0);
}

function latestUntil(until: Instant, now: Instant): Instant {
  return until > now + LONGEST_UNTIL_MS + SKEW_MS ? now : until;
}

function takeBackHold(hold: Hold, now: Instant): Hold {
  const { since, until } = hold;
  const ends = until === undefined || until === null ? {} : { until: latestUntil(until, now) };
  return { ...hold, since: notAhead(since, now), ...ends };
}

function takeBackChange(change: Change, now: Instant): Change {
  const { plannedAt, writtenAt, verifiedAt, effectiveAt, looked } = change;
  const stamps = [plannedAt, writtenAt, verifiedAt, looked?.at, looked?.toldAt, looked?.since];
  if (!stamps.some((at) => notAhead(at ?? 0, now) !== (at ?? 0))) return change;
  const verified = verifiedAt === null ? null : notAhead(verifiedAt, now);
  return {
    ...change,
    plannedAt: notAhead(plannedAt, now),
    writtenAt: writtenAt === null ? null : notAhead(writtenAt, now),
    verifiedAt: verified,
    // It runs for the old TTL, as it did.
    effectiveAt: effectiveAt === null ? null : effectiveAt - ((verifiedAt ?? 0) - (verified ?? 0)),
    ...(looked === undefined ? {} : { looked: takeBackLook(looked, now) }),
  };
}

function takeBackLook(looked: NonNullable<Change['looked']>, now: Instant): NonNullable<Change['looked']> {
  const { at, toldAt, since } = looked;
  return {
    ...looked,
    at: notAhead(at, now),
    toldAt: toldAt === null ? null : notAhead(toldAt, now),
    ...(since === undefined ? {} : { since: notAhead(since, now) }),
  };
}
