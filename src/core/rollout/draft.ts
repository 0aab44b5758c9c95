import type { Finding } from '../checks/finding.js';
import type { AuditEntry, Notice, NoticeEvent } from './audit.js';
import type { Change, Hold, HoldReason, Rollout } from './rollout.js';
import type { Instant } from '../instant.js';

/** A rollout on its way to its next state, with what is to be told of it. */
export interface Draft {
  readonly rollout: Rollout;
  readonly now: Instant;
  readonly actor: string;
  readonly audit: readonly AuditEntry[];
  readonly notices: readonly Notice[];
  /** What the DNS checks found last; absent: that isn't known. */
  readonly findings?: readonly Finding[];
}

/** The actor of what nobody asked for. */
export const RATCHET = 'ratchet';

export function startDraft(rollout: Rollout, now: Instant, actor: string = RATCHET): Draft {
  return { rollout, now, actor, audit: [], notices: [] };
}

export function withRollout(draft: Draft, patch: Partial<Rollout>): Draft {
  return { ...draft, rollout: { ...draft.rollout, ...patch } };
}

export interface AuditNote {
  readonly action: string;
  readonly cause: string;
  readonly before?: string | null;
  readonly after?: string | null;
  readonly evidence?: unknown;
}

export function withAudit(draft: Draft, note: AuditNote): Draft {
  const entry: AuditEntry = {
    at: draft.now,
    domain: draft.rollout.domain,
    actor: draft.actor,
    action: note.action,
    cause: note.cause,
    before: note.before ?? null,
    after: note.after ?? null,
    evidence: note.evidence ?? null,
  };
  return { ...draft, audit: [...draft.audit, entry] };
}

/** What became of a change, with the record that it replaces and the one that it wants. */
export function withChangeAudit(
  draft: Draft,
  { before, after }: Pick<Change, 'before' | 'after'>,
  action: string,
  cause: string,
): Draft {
  return withAudit(draft, { action, cause, before, after });
}

/**
 * Tells people. The key makes a notice that is stored twice one; versions begin anew where a domain is enrolled again.
 */
export function withNotice(
  draft: Draft,
  event: NoticeEvent,
  text: string,
  records: { readonly before: string | null; readonly after: string | null } = { before: null, after: null },
): Draft {
  const { domain, enrolledAt, version } = draft.rollout;
  const notice: Notice = {
    key: `${domain}/${enrolledAt}/${version}/${event}/${draft.notices.length}`,
    at: draft.now,
    domain,
    event,
    text,
    ...records,
  };
  return { ...draft, notices: [...draft.notices, notice] };
}

export function hasHold(rollout: Rollout, reason: HoldReason): boolean {
  return rollout.holds.some((it) => it.reason === reason);
}

/** Adds a hold, or refreshes the note of one that stands; people are told of a new one. */
export function withHold(draft: Draft, reason: HoldReason, note: string): Draft {
  const standing = draft.rollout.holds.find((it) => it.reason === reason);
  if (standing !== undefined) {
    if (standing.note === note) return draft;
    const holds = draft.rollout.holds.map((it) => (it.reason === reason ? { ...it, note } : it));
    return withRollout(draft, { holds });
  }
  const hold: Hold = { reason, since: draft.now, by: draft.actor, note, clearsItself: !STAYS.has(reason) };
  const held = withAudit(withRollout(draft, { holds: [...draft.rollout.holds, hold] }), {
    action: 'held',
    cause: `${reason}: ${note}`,
  });
  return reason === 'awaiting-approval'
    ? held
    : withNotice(held, reason === 'drift' ? 'drift' : 'held', `${reason}: ${note}`);
}

/** Drops a hold; people are told of the end of what they were told of. */
export function withoutHold(draft: Draft, reason: HoldReason): Draft {
  const hold = draft.rollout.holds.find((it) => it.reason === reason);
  if (hold === undefined) return draft;
  const holds = draft.rollout.holds.filter((it) => it !== hold);
  const cleared = withAudit(withRollout(draft, { holds }), { action: 'hold-cleared', cause: reason });
  if (reason === 'awaiting-approval') return cleared;
  const over = draft.actor === RATCHET ? 'no longer holds' : `was cleared by ${draft.actor}`;
  const others = holds.map((it) => it.reason).join(', ');
  const still = others === '' ? '' : `. Still held by: ${others}`;
  return withNotice(cleared, 'hold-cleared', `${reason} ${over}. It was: ${hold.note}${still}`);
}

/** Holds that only a person clears. */
const STAYS: ReadonlySet<HoldReason> = new Set(['paused', 'aborted', 'drift', 'awaiting-approval']);

/** Holds or drops a hold by whether its cause stands; `note` null: it doesn't. */
export function holdWhile(draft: Draft, reason: HoldReason, note: string | null): Draft {
  return note === null ? withoutHold(draft, reason) : withHold(draft, reason, note);
}
