import { DAY_MS, HOUR_MS, type Instant } from '../instant.js';
import type { NoticeEvent } from './audit.js';
import { startDraft, withChangeAudit, withHold, withNotice, withoutHold, withRollout } from './draft.js';
import type { Draft } from './draft.js';
import { UNKNOWN_TTL, oldTtlMs } from './in-flight.js';
import type { Observation } from './observation.js';
import { placeOf } from './record-place.js';
import type { Change, Rollout } from './rollout.js';

/** A change that isn't to be seen everywhere after so long needs a person. */
const VERIFY_WITHIN_MS = DAY_MS;
/** A written change is looked for ever less often, within these. */
const SHORTEST_LOOK_MS = 15_000;
const LONGEST_LOOK_MS = HOUR_MS / 4;

/** After asking all servers that are to be asked: the rung is taken only when each of them shows it. */
export function recordObservation(rollout: Rollout, observed: Observation, now: Instant): Draft {
  const draft = startDraft(rollout, now);
  const { change } = rollout;
  if (change?.stage !== 'written') return draft;
  if (observed.kind === 'record' && observed.text === change.after)
    return markVerified(draft, change, observed.ttl);
  if (!isOverdue(rollout, now)) return draft;
  return withHold(draft, 'provider-error', overdueNote(change));
}

function overdueNote({ publisher, after }: Change): string {
  if (publisher === undefined)
    return 'the change is not to be seen on every server that is asked a day after it was written';
  return `the change waits for a person to publish it: a day after it was handed out it is not to be seen on every server that is asked. To be published: ${after}`;
}

/** Milliseconds after which a written change that isn't to be seen everywhere is looked for again: ever longer. */
export function verifyAgainIn({ change }: Rollout, now: Instant): number {
  const age = now - (change?.writtenAt ?? now);
  return Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, Math.round(age / 8)));
}

/** Whether a written change should have been seen everywhere by now. */
export function isOverdue(rollout: Rollout, now: Instant): boolean {
  const { change } = rollout;
  if (change === null) return false;
  const since = change.looked?.since ?? change.writtenAt ?? now;
  return now - since > VERIFY_WITHIN_MS + rememberedMs(rollout);
}

/** How long after a write those who are asked may show the old record: resolvers remember it for its TTL. */
export function rememberedMs(rollout: Rollout): number {
  if (placeOf(rollout).verify === 'authoritative') return 0;
  return oldTtlMs(rollout.change);
}

/** `shownTtl`: seconds, as the servers say it. Some serve another TTL than the provider tells; the longer one counts. */
function markVerified(draft: Draft, change: Change, shownTtl: number): Draft {
  const verified: Change = {
    ...change,
    stage: 'verified',
    verifiedAt: draft.now,
    effectiveAt: draft.now + oldTtlMs({ ttl: Math.max(change.ttl ?? UNKNOWN_TTL, shownTtl) }),
  };
  const standing = withRollout(draft, {
    change: verified,
    record: change.after,
    rung: change.toRung,
    stableRung: Math.min(draft.rollout.stableRung, change.toRung),
    late: (draft.rollout.late ?? []).filter((it) => it.text !== change.after),
  });
  const cleared = withoutHold(withoutHold(standing, 'provider-error'), 'drift');
  const noted = withChangeAudit(cleared, change, 'verified', SHOWN_BY[placeOf(draft.rollout).verify]);
  const event = eventOf(change);
  return withNotice(noted, event, `${change.cause}. Published: ${change.after}`, change);
}

const SHOWN_BY = {
  authoritative: 'every authoritative server shows it',
  recursive: 'every resolver shows it',
  both: 'every authoritative server and every resolver shows it',
} as const;

function eventOf(change: Change): NoticeEvent {
  if (change.byHand && change.toRung === change.fromRung) return 'drift'; // a foreign record was replaced by ours
  return change.direction === 'strengthen' ? 'strengthened' : 'stepped-back';
}
