import type { Instant } from '../instant.js';

/** One transition, as kept for ever (I9). */
export interface AuditEntry {
  readonly at: Instant;
  readonly domain: string;
  /** A token's name, or `ratchet`. */
  readonly actor: string;
  /** Machine word: `enrolled`, `planned`, `approved`, `written`, `held`, `hold-cleared`, … */
  readonly action: string;
  /** A sentence for people. */
  readonly cause: string;
  /** Record texts around a change, else null. */
  readonly before: string | null;
  readonly after: string | null;
  /** The conditions or numbers the decision stood on. */
  readonly evidence: unknown;
}

/** Something people are told about, through the outbox. */
export interface Notice {
  /** Same key, same notice: it is stored and sent once. */
  readonly key: string;
  readonly at: Instant;
  readonly domain: string;
  readonly event: NoticeEvent;
  readonly text: string;
  readonly before: string | null;
  readonly after: string | null;
}

export const NOTICE_EVENTS = [
  'strengthened',
  'stepped-back',
  'held',
  'hold-cleared',
  'approval-wanted',
  'to-publish',
  'completed',
  'given-up',
  'drift',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];
