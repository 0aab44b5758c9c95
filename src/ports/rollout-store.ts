import type { AuditEntry, Notice } from '../core/rollout/audit.js';
import type { Instant } from '../core/instant.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { SourceDecision } from '../core/source/source.js';
import type { Verdict } from '../core/rollout/verdict.js';

/** All of one step: stored together or not at all. */
export interface Transition {
  /** The version that was read; the store refuses when it has moved on. */
  readonly fromVersion: number;
  /** With its version already counted up. */
  readonly rollout: Rollout;
  /** The latest verdict, for people to read; null leaves the stored one. */
  readonly verdict: Verdict | null;
  /** When to look again at the latest. */
  readonly dueAt: Instant;
  readonly audit: readonly AuditEntry[];
  readonly notices: readonly Notice[];
}

/** Thrown by `save` when somebody else stored a transition first: reload and decide again. */
export class StaleRolloutError extends Error {
  override readonly name = 'StaleRolloutError';
}

/** Thrown when another domain's record stands at the name already that this one's would be written to. */
export class RecordTakenError extends Error {
  override readonly name = 'RecordTakenError';
}

export interface StoredRollout {
  readonly rollout: Rollout;
  readonly verdict: Verdict | null;
  readonly dueAt: Instant;
}

export abstract class RolloutStore {
  abstract list(): Promise<readonly StoredRollout[]>;
  abstract find(domain: string): Promise<StoredRollout | null>;
  /** False when the domain is enrolled already. Throws RecordTakenError. */
  abstract create(rollout: Rollout, dueAt: Instant, audit: readonly AuditEntry[]): Promise<boolean>;
  /** Throws StaleRolloutError, RecordTakenError. */
  abstract save(transition: Transition): Promise<void>;
  /** Stops managing; history stays. False when it was not enrolled. */
  abstract remove(domain: string, audit: AuditEntry): Promise<boolean>;
  /**
   * Domains with `dueAt` not after `now`, longest due first; and those that a clock which was ahead has put off: nothing is
   * due later than in a day.
   */
  abstract due(now: Instant, limit: number): Promise<readonly string[]>;
  /** Newest first. */
  abstract history(domain: string, limit: number): Promise<readonly AuditEntry[]>;
  abstract sourceDecisions(domain: string): Promise<readonly SourceDecision[]>;
  /** The latest word on a source counts; earlier ones stay in the history. */
  abstract decideSource(domain: string, decision: SourceDecision, audit: AuditEntry): Promise<void>;
}
