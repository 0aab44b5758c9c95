import { DAY_MS, HOUR_MS, type Instant } from '../core/instant.js';
import type { MailPosition, MailScan, WaitingMail } from '../ports/report-mailbox.js';

/** From its arrival a mail waits so long for DNS; then it is stored as it stands. */
const LONGEST_WAIT_MS = 3 * DAY_MS;
/** And as long at least from when it was first seen: it may have come long ago, or the server's clock be wrong. */
const SHORTEST_WAIT_MS = 6 * HOUR_MS;
/** Between two tries, doubled each time. */
const FIRST_PAUSE_MS = HOUR_MS / 2;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** Anyone can send mail that can't be decided, and each poll fetches it again: no more than this waits. */
const MOST_MAILS = 2000;
const MOST_BYTES = 256 * 1024 * 1024;

interface Wait {
  readonly position: MailPosition;
  readonly bytes: number;
  readonly pauseMs: number;
  readonly retryAt: Instant;
  readonly endsAt: Instant;
}

/**
 * Mail of one mailbox that stays in the inbox until DNS lets us say whether it is authentic, or until it can be stored.
 * Forgotten with the process, which costs no more than another try at once, and for old mail another shortest wait.
 */
export class PostponedMail {
  private readonly waits = new Map<string, Wait>();

  /** The UIDs of a scan without those that were tried a short while ago. */
  withoutResting({ uidValidity, uids }: MailScan, now: Instant): readonly number[] {
    // A folder may hold 100,000 mails, of which hardly any rests.
    const resting = new Set(
      [...this.waits.values()]
        .filter(({ retryAt, position }) => retryAt > now && position.uidValidity === uidValidity)
        .map(({ position }) => position.uid),
    );
    return resting.size === 0 ? uids : uids.filter((uid) => !resting.has(uid));
  }

  /** Whether it may be left for later, should it not be decided now. */
  mayWait(mail: WaitingMail, now: Instant): boolean {
    const known = this.waits.get(keyOf(mail.position));
    if (now >= (known?.endsAt ?? endOfWait(mail, now))) return false;
    return known !== undefined || this.hasRoom(mail, now);
  }

  /** Could not be decided, or not stored, now. */
  postpone(mail: WaitingMail, now: Instant): void {
    const key = keyOf(mail.position);
    const known = this.waits.get(key);
    const pauseMs = known === undefined ? FIRST_PAUSE_MS : Math.min(2 * known.pauseMs, LONGEST_PAUSE_MS);
    const endsAt = known?.endsAt ?? endOfWait(mail, now);
    // What can't be stored then either rests again.
    const retryAt = endsAt > now ? Math.min(now + pauseMs, endsAt) : now + pauseMs;
    this.waits.set(key, { position: mail.position, bytes: mail.size, pauseMs, retryAt, endsAt });
  }

  /** Stored: it waits no longer. */
  forget(mail: WaitingMail): void {
    this.waits.delete(keyOf(mail.position));
  }

  private hasRoom(mail: WaitingMail, now: Instant): boolean {
    // What a person took out of the inbox meanwhile.
    for (const [key, { endsAt }] of this.waits) if (now > endsAt + DAY_MS) this.waits.delete(key);
    const bytes = [...this.waits.values()].reduce((sum, wait) => sum + wait.bytes, mail.size);
    return this.waits.size < MOST_MAILS && bytes <= MOST_BYTES;
  }
}

/** A server may give a wrong time of arrival, but none of its mail comes from the future. */
function endOfWait(mail: WaitingMail, now: Instant): Instant {
  return Math.max(Math.min(mail.receivedAt, now) + LONGEST_WAIT_MS, now + SHORTEST_WAIT_MS);
}

function keyOf({ uidValidity, uid }: MailPosition): string {
  return `${uidValidity}/${uid}`;
}
