import { strictness } from '../record/policy.js';
import { readPolicyTags } from '../record/tags.js';
import { textAt } from './plan.js';
import type { OurText, Rollout } from './rollout.js';

/** Texts of dropped changes that are remembered at the most; the latest stay. */
const MOST_LATE = 4;

/** The rung of a text that is ours: the record, or one that a dropped change may have written; null: it is foreign. */
export function rungOfOurs(rollout: Rollout, text: string | null): number | null {
  if (text === null) return null;
  if (text === rollout.record) return rollout.rung ?? 0;
  return rollout.late?.find((it) => it.text === text)?.rung ?? null;
}

/** What remains of a change that is given up: its text, where a write was tried, since it may still come to stand. */
export function withoutChange(rollout: Rollout): Pick<Rollout, 'change' | 'late'> {
  const { change, late = [] } = rollout;
  const isTried = change !== null && (change.attempts > 0 || change.stage === 'written');
  if (!isTried || change.after === rollout.record) return { change: null, late };
  return { change: null, late: withLate(late, { text: change.after, rung: change.toRung }) };
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
export function overWhatStands(rollout: Rollout, text: string | null): Rollout {
  const { change } = rollout;
  const rung = rungOfOurs(rollout, text);
  if (change?.direction !== 'weaken' || text === null || rung === null) return rollout;
  if (text === change.before || text === change.after) return rollout;
  const [there, wanted] = [readPolicyTags(text), readPolicyTags(change.after)];
  if (there === null || wanted === null) return rollout;
  const isLowerSp = wanted.sp !== undefined && strictness(wanted.sp) < strictness(there.sp ?? there.p);
  const toRung = Math.min(change.toRung, rung);
  const sp = isLowerSp ? (wanted.sp ?? null) : null;
  const after = textAt(rollout, { rung: toRung, sp }, text, rung);
  return {
    ...rollout,
    ...(after === change.after ? {} : withoutChange(rollout)),
    change: { ...change, before: text, after, fromRung: rung, toRung },
  };
}
