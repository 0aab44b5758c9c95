import { rungText } from './ladder.js';
import { currentRung, matchRung, rungBelow } from './rungs.js';
import { holdWhile, withAudit, withHold, withRollout, withoutHold } from './draft.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { firstRecord } from './plan.js';
import { hasRua } from '../record/rua.js';
import { isOverdue } from './write-change.js';
import { readPolicyTags } from '../record/tags.js';

/** Brings the state into line with what stands in DNS. Writes nothing; what it can't place, it holds. */
export function reconcileRecord(draft: Draft, observed: Observation): Draft {
  const held = holdOddAnswers(draft, observed);
  if (observed.kind === 'absent') return reconcileAbsent(held);
  if (observed.kind !== 'record') return held;
  const present = withoutMissingRecord(held);
  const reconciled =
    present.rollout.record === null ? adoptFirst(present, observed.text) : compare(present, observed.text);
  return holdWithoutRua(reconciled, observed.text);
}

function holdOddAnswers(draft: Draft, observed: Observation): Draft {
  const several =
    observed.kind === 'several-records'
      ? `${observed.texts.length} DMARC records stand at the name; receivers then apply none`
      : null;
  const cname =
    observed.kind === 'cname'
      ? `the name is a CNAME to ${observed.target}; its record belongs to somebody else`
      : null;
  if (observed.kind === 'unknown' || observed.kind === 'disagree') return draft;
  return holdWhile(holdWhile(draft, 'several-records', several), 'cname', cname);
}

function reconcileAbsent(draft: Draft): Draft {
  const { record, settings } = draft.rollout;
  if (record === null) {
    return withHold(draft, 'failing-check', `no DMARC record; publish: ${firstRecord(settings.rua)}`);
  }
  return withHold(draft, 'drift', 'our record is gone');
}

/** Only the note of a missing record is ours to clear here; a missing rua has its own. */
function withoutMissingRecord(draft: Draft): Draft {
  const hold = draft.rollout.holds.find((it) => it.reason === 'failing-check');
  return hold?.note.startsWith('no DMARC record') === true ? withoutHold(draft, 'failing-check') : draft;
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
  const isUndone = change?.stage === 'written' && isOverdue(change, draft.now);
  const isKnown = (text === record && !isUndone) || (isInFlight && text === change.after);
  return holdWhile(
    draft,
    'drift',
    isKnown
      ? null
      : `somebody else changed the record. Ours: ${(isUndone ? change.after : record) ?? 'none'}. Now: ${text}`,
  );
}

/** Without our rua in the record we are blind (I7). */
function holdWithoutRua(draft: Draft, text: string): Draft {
  const { settings } = draft.rollout;
  if (hasRua(text, settings.rua)) {
    const hold = draft.rollout.holds.find((it) => it.reason === 'failing-check');
    return hold?.note.startsWith('the record has no rua') === true
      ? withoutHold(draft, 'failing-check')
      : draft;
  }
  return withHold(
    draft,
    'failing-check',
    `the record has no rua${settings.rua === null ? '' : ` with ${settings.rua}`}: no reports will come`,
  );
}
