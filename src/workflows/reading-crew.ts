import type { Instant } from '../core/instant.js';
import type { CarriedRows, IncomingReport } from '../ports/evidence-store.js';
import type { Arrival } from './read-arrival.js';
import type { ReadMessage } from './message-reader.js';

/** A mail on its way to another thread. */
export interface CarriedMail {
  readonly origin: string;
  readonly name: string;
  readonly receivedAt: Instant;
  /** By our own clock. */
  readonly readAt: Instant;
  readonly bytes: Uint8Array;
}

/** Mails to be read together, and ids for the reports in them. The mails' bytes lie in one buffer, which is given away. */
export interface ReadingTask {
  readonly mails: readonly CarriedMail[];
  readonly reportIds: readonly string[];
}

export interface CarriedReport extends Omit<IncomingReport, 'rows'> {
  readonly rows: CarriedRows;
}

/** What reading one mail in another thread gave. */
export interface CarriedMessage extends Omit<ReadMessage, 'reports'> {
  readonly reports: readonly CarriedReport[];
}

/** Who reads mail in another thread. */
export interface ReadingCrew {
  /** Somebody is there who could begin now. */
  readonly isReady: boolean;
  /**
   * In the order of the mails; null for one that is better read here: it holds too much. Throws when nothing was read,
   * because whoever was at it is gone.
   */
  read(task: ReadingTask): Promise<readonly (CarriedMessage | null)[]>;
}

/** Bytes of a mail up to which it is worth carrying: what is larger is read piece by piece, and stored meanwhile. */
const SMALL_MAIL = 64 * 1024;
/** Fewer mails are read sooner than they are carried. */
const WORTHWHILE = 8;
/** Mails of a task: what reading them takes is gone again before it would have to be kept. */
const TASK = 50;
/** Mails that hold two reports are rare. */
const SPARE_IDS = 4;

/** Those of the arrivals that a crew can read, by tasks. None when they are too few. */
export function tasksFor(arrivals: readonly Arrival[]): readonly (readonly Arrival[])[] {
  const small = arrivals.filter(
    ({ bytes, vouchedBy }) => bytes !== null && bytes.length <= SMALL_MAIL && vouchedBy === null,
  );
  if (small.length < WORTHWHILE) return [];
  const tasks = Math.ceil(small.length / TASK);
  return Array.from({ length: tasks }, (_, task) => small.slice(task * TASK, (task + 1) * TASK));
}

/** Ids that so many mails need, mostly. */
export function idsFor(mails: number): number {
  return mails + SPARE_IDS;
}

/** Copies: the mails themselves are stored meanwhile. */
export function carriedMails(arrivals: readonly Arrival[]): readonly CarriedMail[] {
  const whole = new Uint8Array(arrivals.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0));
  let end = 0;
  return arrivals.map(({ origin, name, receivedAt, readAt = receivedAt, bytes }) => {
    const start = end;
    if (bytes !== null) whole.set(bytes, start);
    end += bytes?.length ?? 0;
    return { origin, name, receivedAt, readAt, bytes: whole.subarray(start, end) };
  });
}
