import type { Instant } from '../core/instant.js';

/** A place in a mailbox folder; UIDs mean nothing once UIDVALIDITY changes (RFC 9051 2.3.1.1). */
export interface MailPosition {
  readonly uidValidity: string;
  readonly uid: number;
}

export interface WaitingMail {
  readonly position: MailPosition;
  /** INTERNALDATE. */
  readonly receivedAt: Instant;
  /** The whole message (RFC 5322), or null when it is over the size limit. */
  readonly raw: Uint8Array | null;
  /** Bytes, as the server gives it. */
  readonly size: number;
}

/** Where a mail goes once the database has it: with the reports, or with what is no report. */
export type MailOutcome = 'report' | 'not-a-report';

/** A mailbox that the `rua` of one or more domains points at. */
export abstract class ReportMailbox {
  /** Its name in the settings. */
  abstract readonly name: string;
  /** Messages that wait in the inbox after `after`, oldest first, at most `limit`; opens the connection when needed. */
  abstract fetchWaiting(after: MailPosition | null, limit: number): Promise<readonly WaitingMail[]>;
  /** Moves (or flags) mail whose fate the database has stored. Safe to repeat. */
  abstract settle(positions: readonly MailPosition[], outcome: MailOutcome): Promise<void>;
  /** Calls `onMail` when new mail arrives (IDLE), until `signal` aborts. Reconnects by itself. */
  abstract watch(onMail: () => void, signal: AbortSignal): Promise<void>;
  abstract close(): Promise<void>;
}

/** The mailboxes of the settings. */
export abstract class ReportMailboxes {
  abstract names(): readonly string[];
  /** Throws a RangeError for a name that the settings don't have. */
  abstract get(name: string): ReportMailbox;
}
