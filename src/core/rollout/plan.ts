import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Change, Rollout } from './rollout.js';
import { editPolicy, freshRecord, readPolicyTags } from '../record/tags.js';
import { DAY_MS } from '../instant.js';
import { subdomainsAt, weakerTags } from './footing.js';
import type { Footing } from './footing.js';
import type { Ladder, Rung } from './ladder.js';
import type { Instant } from '../instant.js';

/** An approval that nobody gave in this time is asked for anew, on fresh evidence; one that was given holds as long. */
export const APPROVAL_MS = 7 * DAY_MS;

export interface PlanRequest {
  readonly to: Footing;
  readonly direction: Change['direction'];
  readonly cause: string;
  readonly byHand: boolean;
  readonly needsApproval: boolean;
  /** The text that stands at the name now. */
  readonly before: string;
  readonly ttl: number | null;
  /** Where the domain stands as far as receivers may have seen. */
  readonly fromRung: number;
}

/** What is asked for when the evidence takes a rollout up; null: there is no record yet that could be changed. */
export function strengtheningTo(rollout: Rollout, to: Footing, cause: string): PlanRequest | null {
  const { record, ladder, settings, rung } = rollout;
  if (record === null) return null;
  const wantsApproval = ladder.rungs[to.rung]?.approval ?? true;
  return {
    to,
    direction: 'strengthen',
    cause,
    byHand: false,
    needsApproval: settings.mode === 'supervised' && wantsApproval,
    before: record,
    ttl: null,
    fromRung: rung ?? 0,
  };
}

/** The change that leads to a footing: the same record with its p, sp, np, pct and t, all other bytes as they are. */
export function planChange(rollout: Rollout, request: PlanRequest, now: Instant): Change {
  const { to, before, fromRung } = request;
  const text = request.direction === 'weaken' ? textBackAt : textAt;
  return changeTo(rollout, request, text(rollout, to, before, fromRung), now);
}

/**
 * What a record that stands on `fromRung` says on a footing, going up. On the same rung only `sp` changes, and an `np` that
 * says the same: an adopted record may ask for another policy than the rung it was put to. Throws a RangeError when the
 * ladder has no such rung.
 */
export function textAt(rollout: Rollout, { rung, sp }: Footing, before: string, fromRung: number): string {
  const { tags } = rungAt(rollout.ladder, rung);
  const standing = readPolicyTags(before);
  const own = rung === fromRung ? (standing ?? tags) : tags;
  if (sp === null) return editPolicy(before, own);
  const isAlike = standing?.np !== undefined && standing.np === standing.sp;
  return editPolicy(before, { ...own, sp, ...(isAlike ? { np: sp } : {}) });
}

/**
 * The same going down: it takes away only. On the same rung, too, it says what the rung says, wherever the record asks
 * for more than that: an adopted record may stand between two rungs.
 */
export function textBackAt(
  rollout: Rollout,
  { rung, sp }: Footing,
  before: string,
  fromRung: number,
): string {
  const { tags } = rungAt(rollout.ladder, rung);
  const standing = readPolicyTags(before);
  const own = rung === fromRung && standing !== null ? weakerTags(standing, tags) : tags;
  return editPolicy(before, { ...own, ...subdomainsAt(standing, sp) });
}

function rungAt({ name, rungs }: Ladder, index: number): Rung {
  const rung = rungs[index];
  if (rung === undefined) throw new RangeError(`ladder ${name} has no rung ${index}`);
  return rung;
}

/** `before` null: nothing stands at the name. */
type RestoreRequest = Omit<PlanRequest, 'before'> & Pick<Change, 'before'>;

/** The change that puts back the record we own, over a foreign one or where it was taken away. */
export function planRestore(rollout: Rollout, request: RestoreRequest, after: string, now: Instant): Change {
  return changeTo(rollout, request, after, now);
}

function changeTo(rollout: Rollout, request: RestoreRequest, after: string, now: Instant): Change {
  const { before, ttl, fromRung, direction, cause, byHand, needsApproval } = request;
  const toRung = request.to.rung;
  const planHash = hashPlan([rollout.domain, before, after, ttl, fromRung, toRung, rollout.ladder]);
  return {
    id: hashPlan([planHash, rollout.version, now]).slice(0, 16),
    fromRung,
    toRung,
    direction,
    before,
    after,
    ttl,
    planHash,
    stage: needsApproval ? 'planned' : 'approved',
    cause,
    plannedAt: now,
    needsApproval,
    approvedBy: null,
    byHand,
    approvalExpiresAt: needsApproval ? now + APPROVAL_MS : null,
    writtenAt: null,
    verifiedAt: null,
    effectiveAt: null,
    receipt: null,
    reference: null,
    attempts: 0,
  };
}

/** SHA-256 over the canonical JSON of a plan, hex. */
function hashPlan(parts: readonly unknown[]): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts))));
}

/** The record to publish for a domain that has none. */
export function firstRecord(rua: string | null): string {
  return freshRecord(rua ?? 'mailto:dmarc-reports@YOUR-MAILBOX', { p: 'none' });
}
