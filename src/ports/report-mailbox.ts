import type { Instant } from '../core/instant.js';

/** A place in a mailbox folder; UIDs mean nothing once UIDVALIDITY changes (RFC 9051 2.3.1.1). */
export interface MailPosition {
  readonly uidValidity: string;
  readonly uid: number;
}

/** The mail that waited in the folder when it was asked. */
export interface MailScan {
  readonly uidValidity: string;
  /** Oldest first. */
  readonly uids: readonly number[];
}

export interface WaitingMail {
  readonly position: MailPosition;
  /** As stored; the server’s own may differ. */
  readonly receivedAt: Instant;
  /** The whole message (RFC 5322), or null when it is over the size limit. */
  readonly raw: Uint8Array | null;
  /** Bytes, as the server gives it. */
  readonly size: number;
}

/**
 * What a mail brought. `report`: at least one aggregate report; `unreadable`: something that was meant to be one, and
 * can't be read; `not-a-report`: anything else.
 */
export type MailOutcome = 'report' | 'tls-report' | 'failure-report' | 'not-a-report' | 'unreadable';

/** Mail that was put aside because it could not be read. */
export interface SetAsideMail {
  /** As stored; the server’s own may differ. */
  readonly receivedAt: Instant;
  /** Null: it has none, or was not fetched: then it is known by its size. */
  readonly messageId: string | null;
  /** Bytes, as the server gives it. */
  readonly size: number;
}

/** One folder of a mailbox that the `rua` of one or more domains points at. All operations throw MailboxError. */
export abstract class ReportMailbox {
  /** Its name in the settings; `name/folder` for all folders but the first. */
  abstract readonly name: string;
  /** As the settings name it. */
  abstract readonly folder: string;
  /** Seconds between two looks at it. */
  abstract readonly pollSeconds: number;
  /** All that waits now, whether anyone has read it or not; opens the connection when needed. */
  abstract scan(): Promise<MailScan>;
  /**
   * The first of these that fit into one batch of bounded size, in order; those that are gone are left out. Empty when
   * none is there any more, or UIDVALIDITY is another now.
   */
  abstract fetch(uidValidity: string, uids: readonly number[]): Promise<readonly WaitingMail[]>;
  /** Moves (or flags) mail whose fate the database has stored, all of it with one command. Safe to repeat. */
  abstract settle(positions: readonly MailPosition[], outcome: MailOutcome): Promise<void>;
  /**
   * Moves those of these mails that lie in the folder of unreadable mail to where mail of this outcome goes; `anew`: back
   * to where it came from, but not what is still too large. Gives those that were moved.
   */
  abstract recover<T extends SetAsideMail>(
    mails: readonly T[],
    outcome: MailOutcome | 'anew',
  ): Promise<readonly T[]>;
  /** Mail that waits and is not fetched for a while because that failed again and again, in words for people; null: none. */
  abstract leftAlone(): string | null;
  /** Calls `onMail` when new mail arrives (IDLE), until `signal` aborts. Reconnects by itself. */
  abstract watch(onMail: () => void, signal: AbortSignal): Promise<void>;
  abstract close(): Promise<void>;
}

/** The mailboxes of the settings, each folder by itself. */
export abstract class ReportMailboxes {
  abstract names(): readonly string[];
  /** Throws a RangeError for a name that the settings don't have. */
  abstract get(name: string): ReportMailbox;
}
