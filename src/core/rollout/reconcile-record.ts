import { rungText } from './ladder.js';
import { currentRung, matchRung, rungBelow } from './rungs.js';
import { holdWhile, withAudit, withHold, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { firstRecord } from './plan.js';
import { cnameNote, lostRua, noAliasNote, severalNote, slipIn } from './refuse-write.js';
import { isOverdue } from './write-change.js';
import { readPolicyTags } from '../record/tags.js';

/** Brings the state into line with what stands in DNS. Writes nothing; what it can't place, it holds. */
export function reconcileRecord(draft: Draft, observed: Observation): Draft {
  const held = holdOddAnswers(draft, observed);
  if (observed.kind === 'absent') return reconcileAbsent(held);
  if (observed.kind !== 'record') return held;
  const reconciled =
    held.rollout.record === null ? adoptFirst(held, observed.text) : compare(held, observed.text);
  return holdFaulty(reconciled, observed.text);
}

/** What these notes begin with stands in the record; a failing check of somebody else is left alone. */
const OF_THE_RECORD = ['no DMARC record', 'the record has ', 'what would be published '] as const;

/** A record without our rua leaves us blind (I7), and one with a mistake in it is not made stronger. */
function holdFaulty(draft: Draft, text: string): Draft {
  const slip = readPolicyTags(text) === null ? null : slipIn(text); // one that can't be read has drifted
  const note = slip ?? lostRua(text, draft.rollout.settings.rua);
  if (note !== null) return withHold(draft, 'failing-check', note);
  const hold = draft.rollout.holds.find((it) => it.reason === 'failing-check');
  const isOurs = OF_THE_RECORD.some((start) => hold?.note.startsWith(start) === true);
  return isOurs ? withoutHold(draft, 'failing-check') : draft;
}

function holdOddAnswers(draft: Draft, observed: Observation): Draft {
  const several = observed.kind === 'several-records' ? severalNote(observed.texts.length) : null;
  if (observed.kind === 'unknown' || observed.kind === 'disagree') return draft;
  return holdWhile(holdWhile(draft, 'several-records', several), 'cname', aliasNote(draft, observed));
}

function aliasNote({ rollout }: Draft, observed: Observation): string | null {
  if (observed.kind === 'cname') return cnameNote(observed.target);
  return observed.kind === 'no-alias' ? noAliasNote(rollout.domain, observed) : null;
}

function reconcileAbsent(draft: Draft): Draft {
  const { record, settings } = draft.rollout;
  if (record === null) {
    return withHold(draft, 'failing-check', `no DMARC record; publish: ${firstRecord(settings.rua)}`);
  }
  return withHold(draft, 'drift', 'our record is gone');
}

/** Enrolment only reads: the record as it stands becomes ours, at the rung it is on. */
function adoptFirst(draft: Draft, text: string): Draft {
  const tags = readPolicyTags(text);
  if (tags === null) return withHold(draft, 'drift', `the record can't be read: ${text}`);
  const rung = matchRung(draft.rollout.ladder, tags);
  if (rung === null) {
    return withHold(
      draft,
      'drift',
      `the record is on no rung of ladder ${draft.rollout.ladder.name}; adopt it to go on from the rung below`,
    );
  }
  return adopt(draft, text, rung, 'adopted as found');
}

/** Takes a text as ours. Throws nothing: an unreadable text stands on the first rung. */
export function adopt(draft: Draft, text: string, rung: number | null, cause: string): Draft {
  const tags = readPolicyTags(text);
  const at = rung ?? (tags === null ? 0 : rungBelow(draft.rollout.ladder, tags));
  const adopted = withRollout(draft, {
    record: text,
    rung: at,
    stableRung: at,
    windowStart: draft.now,
    change: null,
  });
  const noted = withAudit(adopted, {
    action: 'adopted',
    cause: `${cause}, at rung ${at} (${rungText(currentRung(adopted.rollout))})`,
    before: draft.rollout.record,
    after: text,
  });
  return withoutHold(noted, 'drift');
}

function compare(draft: Draft, text: string): Draft {
  const { record, change } = draft.rollout;
  const isInFlight = change !== null && change.attempts > 0; // a write that seemed to fail may take effect late
  const isUndone = change?.stage === 'written' && isOverdue(draft.rollout, draft.now);
  const isKnown = (text === record && !isUndone) || (isInFlight && text === change.after);
  return holdWhile(
    draft,
    'drift',
    isKnown
      ? null
      : `somebody else changed the record. Ours: ${(isUndone ? change.after : record) ?? 'none'}. Now: ${text}`,
  );
}
