import type { Instant } from '../instant.js';
import { leftAloneUntil } from './ask-again.js';
import {
  hasHold,
  startDraft,
  withChangeAudit,
  withHold,
  withNotice,
  withoutHold,
  withRollout,
} from './draft.js';
import type { Draft } from './draft.js';
import type { Change, Rollout } from './rollout.js';

/**
 * After the provider took it. `reference`: by which it tells how far it is; null: it doesn't. `publisher`: a person is to
 * publish it, and is told at once what.
 */
export function recordReceipt(
  rollout: Rollout,
  receipt: string,
  now: Instant,
  { reference, publisher }: Handed = { reference: null },
): Draft {
  const draft = startDraft(rollout, now);
  const { change } = rollout;
  if (change === null) return draft;
  const taken = tookAfterAll(draft, change);
  if (publisher === undefined) return markWritten(taken, { ...change, reference }, receipt);
  const written = markWritten(taken, { ...change, reference, publisher }, receipt);
  const urgent = change.direction === 'weaken' ? 'at once: legitimate mail may be lost until then' : 'please';
  return withNotice(
    written,
    'to-publish',
    `to be published by you, ${urgent}. ${change.cause}. ${receipt}`,
    change,
  );
}

/** The hold of a strengthening was dropped before the try, and nobody told: it might have failed again. */
function tookAfterAll(draft: Draft, { direction, attempts }: Change): Draft {
  if (direction !== 'strengthen' || attempts < 2 || hasHold(draft.rollout, 'provider-error')) return draft;
  return withNotice(draft, 'hold-cleared', `provider-error no longer holds. Try ${attempts} was taken`);
}

interface Handed {
  readonly reference: string | null;
  readonly publisher?: 'person' | undefined;
}

/** Its text stands at the provider, though no receipt says so, or said so a while ago. */
export function markFound(draft: Draft, change: Change): Draft {
  const found: Change = { ...change, attempts: Math.max(1, change.attempts) };
  if (change.stage === 'intended') {
    const how = hasHold(draft.rollout, 'provider-error')
      ? 'found written, though the provider had failed to say so'
      : 'found written after an interruption';
    return markWritten(draft, found, how);
  }
  if (change.writtenAt === null)
    return markWritten(draft, found, change.attempts > 0 ? 'found written, late' : 'it stands there already');
  return withChangeAudit(
    withRollout(answered(draft), { change: { ...found, stage: 'written' } }),
    change,
    'written',
    'it still stands at the provider: name servers are behind, or silent',
  );
}

/** The provider has answered; that the servers don't show what it says it did holds on. */
function answered(draft: Draft): Draft {
  const { change, holds } = draft.rollout;
  const fault = holds.find((hold) => hold.reason === 'provider-error');
  const isUnseen = change !== null && change.writtenAt !== null && fault?.failures === undefined;
  return isUnseen ? draft : withoutHold(draft, 'provider-error');
}

function markWritten(draft: Draft, change: Change, receipt: string): Draft {
  const written: Change = { ...change, stage: 'written', writtenAt: draft.now, receipt };
  return withChangeAudit(withRollout(answered(draft), { change: written }), change, 'written', receipt);
}

/**
 * After the provider refused or did not answer: hold and try again later; whether it was applied, the next read tells.
 * `retryAfterMs`: how long the provider wants to be left alone; null: it didn't say.
 */
export function recordFault(
  rollout: Rollout,
  message: string,
  now: Instant,
  retryAfterMs: number | null = null,
): Draft {
  return holdProvider(startDraft(rollout, now), message, leftAloneUntil(now, retryAfterMs));
}

/** A provider that failed: each failure counts, and begins the wait anew. `until`: it wants to be left alone until then. */
export function holdProvider(draft: Draft, note: string, until: Instant | null): Draft {
  const isKnown = hasHold(draft.rollout, 'provider-error');
  const held = isKnown ? draft : withHold(draft, 'provider-error', note);
  // While it stands people have been told, and after the first of several failed writes too: the wait begins anew.
  const isToldOf = isKnown || (draft.rollout.change?.attempts ?? 0) > 1;
  const holds = held.rollout.holds.map((it) =>
    it.reason === 'provider-error'
      ? { ...it, since: draft.now, note, until, failures: (it.failures ?? 0) + 1 }
      : it,
  );
  const renewed = withRollout(held, { holds });
  return isToldOf ? { ...renewed, notices: draft.notices } : renewed;
}
