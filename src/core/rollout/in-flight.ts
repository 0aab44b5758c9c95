import { DAY_MS, HOUR_MS, type Instant } from '../instant.js';
import { strictness } from '../record/policy.js';
import { readPolicyTags } from '../record/tags.js';
import { textBackAt } from './plan.js';
import type { Change, OurText, Rollout } from './rollout.js';

/** Texts of dropped changes that are remembered at the most; the latest stay. */
const MOST_LATE = 4;
/** Seconds that resolvers may remember that there was no record, when the zone doesn't say (RFC 2308 5). */
export const UNKNOWN_TTL = 3600;
/** A provider's queue, or a copy of the zone, may be behind by this. */
const LANDS_WITHIN_MS = HOUR_MS;
/** Who was handed a change to publish may come to it in the course of a week, though it was called back. */
const PUBLISHED_WITHIN_MS = 7 * DAY_MS;

/** Milliseconds for which the record that a change replaces may be remembered; a week at the most. */
export function oldTtlMs(change: Pick<Change, 'ttl'> | null): number {
  return Math.min((change?.ttl ?? UNKNOWN_TTL) * 1000, 7 * DAY_MS);
}

/**
 * The rollout without the texts that no late write can bring any more: whoever puts one of them back is somebody else.
 * What an open step back takes away stays ours until that is done. Answers the same object where nothing has run out.
 */
export function forgetLate(rollout: Rollout, now: Instant): Rollout {
  const { late = [], change } = rollout;
  const dated = late.map((it) => ({ ...it, until: it.until ?? mayLandUntil(null, now) }));
  const isOpen = change?.direction === 'weaken' && change.stage !== 'verified';
  const isTakenAway = ({ text }: OurText) => isOpen && text === change.before;
  const kept = dated.filter((it) => now < it.until || isTakenAway(it));
  const isSame = kept.length === late.length && late.every((it) => it.until !== undefined);
  return isSame ? rollout : { ...rollout, late: kept };
}

/** Until when a change that is given up now may still come to stand, or what it replaces be seen; null: its TTL isn't known. */
export function mayLandUntil(change: Change | null, now: Instant): Instant {
  const late = change?.publisher === 'person' ? PUBLISHED_WITHIN_MS : LANDS_WITHIN_MS;
  return now + oldTtlMs(change) + late;
}

/** The rung of a text that is ours: the record, or one that a dropped change may have written; null: it is foreign. */
export function rungOfOurs(rollout: Rollout, text: string | null): number | null {
  if (text === null) return null;
  if (text === rollout.record) return rollout.rung ?? 0;
  return rollout.late?.find((it) => it.text === text)?.rung ?? null;
}

/** What remains of a change that is given up now: its text, where a write was tried, since it may still come to stand. */
export function withoutChange(rollout: Rollout, now: Instant): Pick<Rollout, 'change' | 'late'> {
  const { change, late = [] } = rollout;
  const isTried = change !== null && (change.attempts > 0 || change.stage === 'written');
  if (!isTried || change.after === rollout.record) return { change: null, late };
  return { change: null, late: withLate(late, lateText(change, now)) };
}

function lateText(change: Change, now: Instant): OurText {
  return { text: change.after, rung: change.toRung, until: mayLandUntil(change, now) };
}

/** The texts that may still come to stand, with one more. */
export function withLate(late: readonly OurText[], added: OurText): readonly OurText[] {
  return [...late.filter((it) => it.text !== added.text), added].slice(-MOST_LATE);
}

/**
 * The rollout as receivers may see it at the worst. From the intent on, a strengthening may stand on some servers long
 * before it is seen on all; and a step back over one that was never seen may have it to take away.
 */
export function exposed(rollout: Rollout): Rollout {
  const { change } = rollout;
  if (change === null) return rollout;
  const isOut = change.stage === 'intended' || change.stage === 'written';
  if (change.direction === 'strengthen')
    return isOut ? { ...rollout, rung: change.toRung, record: change.after } : rollout;
  const isOver = change.stage !== 'verified' && rungOfOurs(rollout, change.before) !== null;
  return isOver ? { ...rollout, rung: change.fromRung, record: change.before } : rollout;
}

/**
 * A step back as it is to be written over another text of ours than the one it was planned for: a strengthening that it
 * takes back may never have come to stand. It takes away only; where nothing is left to take away, `after` is that text.
 */
export function overWhatStands(rollout: Rollout, text: string | null, now: Instant): Rollout {
  const { change } = rollout;
  const rung = rungOfOurs(rollout, text);
  if (change?.direction !== 'weaken' || text === null || rung === null) return rollout;
  if (text === change.before || text === change.after) return rollout;
  const [there, wanted] = [readPolicyTags(text), readPolicyTags(change.after)];
  if (there === null || wanted === null) return rollout;
  const isLowerSp =
    wanted.sp !== undefined &&
    (strictness(wanted.sp) < strictness(there.sp ?? there.p) ||
      strictness(wanted.np ?? 'none') < strictness(there.np ?? 'none'));
  const toRung = Math.min(change.toRung, rung);
  const sp = isLowerSp ? (wanted.sp ?? null) : null;
  const after = textBackAt(rollout, { rung: toRung, sp }, text, rung);
  return {
    ...rollout,
    ...(after === change.after ? {} : withoutChange(rollout, now)),
    change: { ...change, before: text, after, fromRung: rung, toRung },
  };
}
