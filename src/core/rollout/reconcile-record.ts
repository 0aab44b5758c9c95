import { rungText } from './ladder.js';
import { currentRung, matchRung, rungBelow } from './rungs.js';
import {
  hasHold,
  holdWhile,
  withAudit,
  withChangeAudit,
  withHold,
  withNotice,
  withoutHold,
  withRollout,
} from './draft.js';
import type { Draft } from './draft.js';
import type { Observation } from './observation.js';
import { firstRecord } from './plan.js';
import { cnameNote, lostRua, noAliasNote, severalNote, slipIn } from './refuse-write.js';
import { takeBackClock } from './clock-ahead.js';
import { forgetLate, mayLandUntil, rungOfOurs, withLate, withoutChange } from './in-flight.js';
import { dropChange, planWeakening } from './next-change.js';
import type { Change, Rollout } from './rollout.js';
import { rememberedMs } from './verify-change.js';
import { DAY_MS, HOUR_MS, type Instant } from '../instant.js';
import { explicitSp, subdomainPolicy, weaker } from './footing.js';
import { readPolicyTags } from '../record/tags.js';

/** A step back that the servers don't show is looked for at the provider after this. */
const LOOK_AGAIN_MS = HOUR_MS / 4;
/** … and, ever less often, within this; mail is being lost. */
const LONGEST_LOOK_MS = HOUR_MS;
/** … or within this, where a look hands a person once more what is to be published. */
const LONGEST_HANDING_MS = DAY_MS;

/** Brings the state into line with what stands in DNS. Writes nothing; what it can't place, it holds. */
export function reconcileRecord(draft: Draft, observed: Observation): Draft {
  const rollout = forgetLate(takeBackClock(draft.rollout, draft.now), draft.now);
  const held = holdOddAnswers({ ...draft, rollout }, observed);
  if (observed.kind === 'absent') return reconcileAbsent(held);
  if (observed.kind === 'unknown' || observed.kind === 'disagree') return lookAgain(held, null);
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
    ...withoutChange(draft.rollout, draft.now),
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
  const isOurs = rungOfOurs(draft.rollout, text) !== null || (isInFlight && text === change.after);
  if (!isOurs) return withHold(draft, 'drift', foreignNote(draft.rollout, text));
  const clear = withoutHold(draft, 'drift');
  const isOut = change?.stage === 'intended' || change?.stage === 'written';
  if (isOut) return lookAgain(clear, text);
  // A step back that is about to be written takes away whichever text of ours stands; what it was asked for stays asked.
  if (change?.stage === 'approved' && change.direction === 'weaken') return takeSeen(clear, change, text);
  return text === record || text === change?.after ? clear : takeLate(clear, text);
}

/** A step back that was to be looked for at the provider, or that nobody confirmed, is to be seen by now. */
function takeSeen(draft: Draft, change: Change, text: string): Draft {
  // Where more than one text of ours is about, an old copy may look like it.
  const isTried = change.attempts > 0 && change.before === draft.rollout.record;
  if (text !== change.after || (change.writtenAt === null && !isTried)) return draft;
  const written: Change = { ...change, stage: 'written', writtenAt: change.writtenAt ?? draft.now };
  return withChangeAudit(
    withRollout(draft, { change: written }),
    change,
    'written',
    'the name servers show it',
  );
}

function foreignNote(rollout: Rollout, text: string): string {
  return `somebody else changed the record. Ours: ${ownText(rollout).text ?? 'none'}. Now: ${text}`;
}

/** What should stand there: the record, or what a step back has written over it. */
export function ownText({ change, record, rung }: Rollout): {
  readonly text: string | null;
  readonly rung: number;
} {
  const isBack = change?.direction === 'weaken' && (change.stage === 'written' || change.writtenAt !== null);
  return isBack ? { text: change.after, rung: change.toRung } : { text: record, rung: rung ?? 0 };
}

/**
 * A written step back is not to be seen everywhere: servers are behind or silent, or it was undone. The provider says
 * which, so it is looked at again, and written again if need be; ever less often, up to once an hour. `text`: what all
 * servers show; null: it can't be told.
 */
function lookAgain(draft: Draft, text: string | null): Draft {
  const { change } = draft.rollout;
  if (change?.stage !== 'written' || change.direction !== 'weaken' || text === change.after) return draft;
  const isRemembered = draft.now < change.plannedAt + rememberedMs(draft.rollout);
  // What a person publishes is read from the same servers: nothing is to be learnt from asking them once more.
  if (isRemembered && change.publisher === 'person') return draft;
  if (draft.now < lookAgainAt(change)) return draft;
  const { times = 0, toldAt = null } = change.looked ?? {};
  const isFirst = times === 0 && change.attempts < 2;
  const isTold = toldAt !== null && draft.now - toldAt < DAY_MS;
  // Who is to publish it is told by being handed it again.
  const isSilent = isFirst || isTold || isRemembered || change.publisher === 'person';
  const since = change.looked?.since ?? change.writtenAt ?? draft.now;
  const looked = { at: draft.now, times: times + 1, toldAt: isSilent ? toldAt : draft.now, since };
  const next = withAudit(withRollout(draft, { change: { ...change, stage: 'approved', looked } }), {
    action: 'not-seen',
    cause: 'the step back is not to be seen; where it was undone, it is written again',
    before: text,
    after: change.after,
  });
  if (isSilent) return next;
  const note = `the step back is not to be seen yet: ${change.cause}. Wanted: ${change.after}. Now: ${text ?? "it can't be told"}`;
  return withNotice(next, 'held', note, { before: text, after: change.after });
}

/** When a written step back that isn't seen is to be looked for at the provider. */
function lookAgainAt({ looked, publisher, writtenAt }: Change): Instant {
  const longest = publisher === 'person' ? LONGEST_HANDING_MS : LONGEST_LOOK_MS;
  const wait = Math.min(longest, LOOK_AGAIN_MS * 2 ** Math.min(looked?.times ?? 0, 10));
  return Math.max(writtenAt ?? 0, looked?.at ?? 0) + wait;
}

/**
 * A write of ours that seemed to have failed, and was given up, has taken effect: it is judged from now on. Where a person
 * has aborted, what asks for more than stood there then is taken back.
 */
function takeLate(draft: Draft, text: string): Draft {
  const { record, stableRung } = draft.rollout;
  const [from, rung] = [draft.rollout.rung ?? 0, rungOfOurs(draft.rollout, text) ?? 0];
  const until = draft.rollout.late?.find((it) => it.text === text)?.until ?? mayLandUntil(null, draft.now);
  const dropped = dropChange(draft, 'an earlier change has taken effect late');
  const others = (dropped.rollout.late ?? []).filter((it) => it.text !== text);
  const taken = withRollout(dropped, {
    record: text,
    rung,
    stableRung: Math.min(stableRung, rung),
    windowStart: draft.now,
    // Servers that are behind may show the other one once more, but not for ever: people put texts back, too.
    late: record === null ? others : withLate(others, { text: record, rung: from, until }),
  });
  const noted = withAudit(taken, {
    action: 'adopted',
    cause: 'a change of ours that was given up has taken effect late',
    before: record,
    after: text,
  });
  const event = rung > from ? 'strengthened' : 'stepped-back';
  const note = `a change that was given up has taken effect late. Published: ${text}`;
  const told = withNotice(noted, event, note, { before: record, after: text });
  return hasHold(draft.rollout, 'aborted') ? stayBack(told, draft.rollout) : told;
}

/** Back to where the rollout stood when it was aborted, if what stands now asks for more. */
function stayBack(draft: Draft, aborted: Rollout): Draft {
  const sp = explicitSp(aborted);
  const to = {
    rung: Math.min(aborted.rung ?? 0, draft.rollout.rung ?? 0),
    sp: sp === null ? null : weaker(sp, subdomainPolicy(draft.rollout)),
  };
  return planWeakening(draft, to, 'a change took effect late, after the rollout was aborted', 'automatic');
}
