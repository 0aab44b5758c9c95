import { DAY_MS, HOUR_MS, type Instant } from '../core/instant.js';
import type { MailPosition, MailScan, WaitingMail } from '../ports/report-mailbox.js';

/** From its arrival a mail waits so long for DNS; then it is stored as it stands. */
const LONGEST_WAIT_MS = 3 * DAY_MS;
/** And as long at least from when it was first seen: it may have come long ago, or the server's clock be wrong. */
const SHORTEST_WAIT_MS = 6 * HOUR_MS;
/** Between two tries, doubled each time. */
const FIRST_PAUSE_MS = HOUR_MS / 2;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** Anyone can send mail that can't be decided, and it is fetched again at each try: no more than this waits. */
const MOST_MAILS = 100_000;
const MOST_BYTES = 1024 * 1024 * 1024;
/** So many mails wait for DNS that it is no longer one reporter whose DNS is broken. */
const MANY = 10;
/** Of so many mails it is said one by one that they can't be stored. */
const MOST_TOLD = 5;

interface Wait {
  readonly position: MailPosition;
  readonly bytes: number;
  readonly pauseMs: number;
  readonly retryAt: Instant;
  readonly endsAt: Instant;
  /** Why it can't be stored, in words for people; null: it waits for DNS. */
  readonly unstoredFor: string | null;
}

/**
 * Mail of one mailbox that stays in the inbox until DNS lets us say whether it is authentic, or until it can be stored.
 * Forgotten with the process, which costs no more than another try at once, and for old mail another shortest wait.
 */
export class PostponedMail {
  private readonly waits = new Map<string, Wait>();
  private bytes = 0;

  /** The UIDs of a scan without those that were tried a short while ago. What is in the folder no more waits no longer. */
  withoutResting({ uidValidity, uids }: MailScan, now: Instant): readonly number[] {
    if (this.waits.size === 0) return uids;
    // A folder may hold 100,000 mails, of which hardly any rests.
    const here = new Set(uids);
    const resting = new Set<number>();
    for (const [key, { position, retryAt }] of this.waits) {
      if (position.uidValidity !== uidValidity || !here.has(position.uid)) this.drop(key);
      else if (retryAt > now) resting.add(position.uid);
    }
    return resting.size === 0 ? uids : uids.filter((uid) => !resting.has(uid));
  }

  /** Whether it may be left for later, should it not be decided now. */
  mayWait(mail: WaitingMail, now: Instant): boolean {
    const known = this.waits.get(keyOf(mail.position));
    if (now >= (known?.endsAt ?? endOfWait(mail, now))) return false;
    return known !== undefined || this.hasRoom(mail);
  }

  /** Could not be decided now; or not be stored, and why. */
  postpone(mail: WaitingMail, now: Instant, unstoredFor: string | null = null): void {
    const key = keyOf(mail.position);
    const known = this.waits.get(key);
    const pauseMs = known === undefined ? FIRST_PAUSE_MS : Math.min(2 * known.pauseMs, LONGEST_PAUSE_MS);
    const endsAt = known?.endsAt ?? endOfWait(mail, now);
    // What can't be stored then either rests again.
    const retryAt = endsAt > now ? Math.min(now + pauseMs, endsAt) : now + pauseMs;
    this.bytes += mail.size - (known?.bytes ?? 0);
    this.waits.set(key, {
      position: mail.position,
      bytes: mail.size,
      pauseMs,
      retryAt,
      endsAt,
      unstoredFor,
    });
  }

  /** Stored: it waits no longer. */
  forget(mail: WaitingMail): void {
    this.drop(keyOf(mail.position));
  }

  /** What people should know of it, in words for them; null: nothing. */
  trouble(folder: string): string | null {
    const unstored: string[] = [];
    let undecided = 0;
    let more = 0;
    for (const { position, unstoredFor } of this.waits.values())
      if (unstoredFor === null) undecided += 1;
      else if (unstored.length >= MOST_TOLD) more += 1;
      else unstored.push(describeUnstored(`UID ${position.uid} in ${folder}`, unstoredFor));
    if (more > 0) unstored.push(`${more} more mails can't be stored`);
    if (undecided >= MANY)
      unstored.push(`DNS does not answer for the keys of ${undecided} mails; they wait in ${folder}`);
    return unstored.length === 0 ? null : unstored.join('; ');
  }

  private drop(key: string): void {
    this.bytes -= this.waits.get(key)?.bytes ?? 0;
    this.waits.delete(key);
  }

  private hasRoom(mail: WaitingMail): boolean {
    return this.waits.size < MOST_MAILS && this.bytes + mail.size <= MOST_BYTES;
  }
}

function describeUnstored(mail: string, why: string): string {
  return `the mail with ${mail} can't be stored (${why}); it stays there, and is tried again later`;
}

/** A server may give a wrong time of arrival, but none of its mail comes from the future. */
function endOfWait(mail: WaitingMail, now: Instant): Instant {
  return Math.max(Math.min(mail.receivedAt, now) + LONGEST_WAIT_MS, now + SHORTEST_WAIT_MS);
}

function keyOf({ uidValidity, uid }: MailPosition): string {
  return `${uidValidity}/${uid}`;
}
