import type { Instant } from '../instant.js';
import type { Policy } from '../record/policy.js';
import type { Ladder } from './ladder.js';

export const HOLD_REASONS = [
  'paused',
  'awaiting-approval',
  'inconclusive',
  'silent',
  'provider-error',
  'drift',
  'outside-window',
  'freeze',
  'aborted',
  'several-records',
  'cname',
  'unclassified-source',
  'failing-check',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Why nothing may be strengthened. Several can stand at once; only those that clear themselves go by themselves. */
export interface Hold {
  readonly reason: HoldReason;
  readonly since: Instant;
  /** A token's name, or `ratchet`. */
  readonly by: string;
  readonly note: string;
  readonly clearsItself: boolean;
  /** The provider said that it won't answer before then; null or absent: it said nothing. */
  readonly until?: Instant | null;
  /** Of a failing provider: how often it has failed since. */
  readonly failures?: number;
  /** Of an abort: the rung that it is to lead to; absent: the record is to stay as it is. */
  readonly toRung?: number | undefined;
}

export type ChangeStage =
  | 'planned'
  | 'approved'
  | 'intended'
  | 'written'
  | 'verified'
  | 'effective'
  | 'rejected'
  | 'superseded'
  | 'failed';

/** One intended edit of the record; at most one is open per domain. */
export interface Change {
  readonly id: string;
  readonly fromRung: number;
  readonly toRung: number;
  readonly direction: 'strengthen' | 'weaken';
  /** The exact text that must stand at the name for the write to happen; null: no record. */
  readonly before: string | null;
  readonly after: string;
  /** Seconds, as found; null when there was no record. */
  readonly ttl: number | null;
  /** SHA-256 over domain, before, after, rungs and ladder; an approval is bound to it. */
  readonly planHash: string;
  readonly stage: ChangeStage;
  /** Why, in a sentence for people. */
  readonly cause: string;
  readonly plannedAt: Instant;
  readonly needsApproval: boolean;
  readonly approvedBy: string | null;
  /** Asked for by a person (`promote`, `abort`, `restore`): soak and sample are skipped, comparison and verification are not. */
  readonly byHand: boolean;
  /** A change that waits for a person, or was approved and isn't written, is planned anew after this. */
  readonly approvalExpiresAt: Instant | null;
  readonly writtenAt: Instant | null;
  readonly verifiedAt: Instant | null;
  /** Verified everywhere plus the old TTL: from here on receivers act on it. */
  readonly effectiveAt: Instant | null;
  /** What the provider answered. */
  readonly receipt: string | null;
  /** By which the provider tells how far the change is; null: it doesn't. */
  readonly reference: string | null;
  /** A person publishes it, by the receipt; absent: the provider did. */
  readonly publisher?: 'person';
  /** Writes tried so far; one that seemed to fail may still take effect later. */
  readonly attempts: number;
  /** Of a written step back that is not to be seen; absent: nobody had to look at the provider again. */
  readonly looked?: LookedAgain;
}

/** How a written step back was looked for at the provider, because not all servers show it. */
export interface LookedAgain {
  readonly at: Instant;
  readonly times: number;
  /** When people were last told; null: they weren't. */
  readonly toldAt: Instant | null;
  /** When it was written first, however often it was written again since; absent: that wasn't kept. */
  readonly since?: Instant;
}

/** Whether a change waits for a person's word. One that was approved and then found not written waits for a decision. */
export function awaitsApproval(change: Change): boolean {
  return change.stage === 'planned' && change.needsApproval && change.approvedBy === null;
}

export const ROLLOUT_MODES = ['automatic', 'supervised'] as const;
export type RolloutMode = (typeof ROLLOUT_MODES)[number];

/**
 * Who is asked whether a change stands: every authoritative server (the default), the recursive resolvers of the
 * settings (behind a firewall, or where inside and outside see different zones), or both.
 */
export const VERIFY_MODES = ['authoritative', 'recursive', 'both'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** When a strengthening may be written. Days are 1 (Monday) to 7; hours are whole, local to `timeZone`. */
export interface ChangeWindow {
  readonly timeZone: string;
  readonly days: readonly number[];
  readonly fromHour: number;
  readonly toHour: number;
}

/** What an owner may set per domain. */
export interface RolloutSettings {
  readonly mode: RolloutMode;
  /** The strongest policy wanted; `quarantine` is a legitimate end. */
  readonly lastPolicy: Policy;
  /** Legitimate messages a week that a rung may hurt, at the most. */
  readonly harmCap: number;
  /** The same as a share of legitimate mail, for domains so large that a handful is noise; the larger one counts. 0 to 1. */
  readonly harmShare: number;
  /** Lower confidence bound of each legitimate source's pass rate that a rung asks for, 0 to 1. */
  readonly passRate: number;
  /** Share of legitimate mail that forwarders and lists may break, 0 to 1. */
  readonly forwarderBudget: number;
  readonly windows: readonly ChangeWindow[];
  /** The rua address (or a substring of it) that must stay in the record; null: any rua. */
  readonly rua: string | null;
  readonly verify: VerifyMode;
  /**
   * The name, in a zone of the operator's own, that `_dmarc.<domain>` is a CNAME of and under which the record is
   * written; null: it is written at the domain's own name.
   */
  readonly alias: string | null;
  /** DKIM selectors that mail is signed with, beside those that reports tell of; small letters. */
  readonly selectors: readonly string[];
}

export const DEFAULT_SETTINGS: RolloutSettings = {
  mode: 'automatic',
  lastPolicy: 'reject',
  harmCap: 3,
  harmShare: 0.001,
  passRate: 0.99,
  forwarderBudget: 0.02,
  windows: [],
  rua: null,
  verify: 'authoritative',
  alias: null,
  selectors: [],
};

/** A text of ours, and the rung that it stands for. */
export interface OurText {
  readonly text: string;
  readonly rung: number;
  /**
   * Until then a late write, or a server that is behind, may bring it; whoever brings it later isn't us. Absent: stored
   * before that was kept; it is counted from the first look on.
   */
  readonly until?: Instant;
}

/**
 * The state of one domain: rung, holds and change are the only stored axes; the phase that people see is derived.
 */
export interface Rollout {
  readonly domain: string;
  /** Name of the provider credentials in the settings. */
  readonly provider: string;
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
  /** Where the domain stands; null until its record has been read once. */
  readonly rung: number | null;
  /** The last rung that passed its analysis. */
  readonly stableRung: number;
  readonly holds: readonly Hold[];
  readonly change: Change | null;
  /** The record we own: what was last adopted or written; null until then. */
  readonly record: string | null;
  /** What changes that were given up had tried to write: seen in time, it is ours and no drift. Absent: nothing. */
  readonly late?: readonly OurText[] | undefined;
  /** Start of the evidence window at this rung. */
  readonly windowStart: Instant | null;
  readonly enrolledAt: Instant;
  /** Counts up with each stored transition; the key of compare-and-swap and of `If-Match`. */
  readonly version: number;
}

/** What an owner says at enrolment. */
export type Enrolment = Pick<Rollout, 'domain' | 'provider' | 'ladder' | 'settings'>;

/** A domain that was just enrolled: its record is still to be read. */
export function newRollout(enrolment: Enrolment, now: Instant): Rollout {
  return {
    ...enrolment,
    rung: null,
    stableRung: 0,
    holds: [],
    change: null,
    record: null,
    windowStart: null,
    enrolledAt: now,
    version: 1,
  };
}
