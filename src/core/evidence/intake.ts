import { HOUR_MS, MINUTE_MS, type Instant } from '../instant.js';

/** Reports that come one after the other: out of a mailbox that is not read to its end yet, or brought by a person. */
export interface Intake {
  readonly startedAt: Instant;
  /** When the last of them was taken. */
  readonly updatedAt: Instant;
  readonly from: 'mailbox' | 'person';
}

type Span = Pick<Intake, 'startedAt' | 'updatedAt'>;

/** Who brings many files brings the next within so long; after it the next is the first of others. */
const PAUSE_MS = MINUTE_MS;
/** A mailbox out of which nothing came for so long is read no more. */
const BROKEN_OFF_MS = 10 * MINUTE_MS;
/** Nothing waits longer for reports that never end. */
const LONGEST_MS = HOUR_MS;

/**
 * Whether reports are being taken in just now. Files are brought reporter by reporter, as they are named: what is known
 * in between is half of the truth, and mostly the better half.
 */
export function isTakenIn(intakes: readonly Intake[], now: Instant): boolean {
  return intakes.some(({ startedAt, updatedAt, from }) => {
    const since = now - updatedAt;
    return since <= (from === 'mailbox' ? BROKEN_OFF_MS : PAUSE_MS) && now - startedAt <= LONGEST_MS;
  });
}

/** One more report was brought. `last`: as it was noted the time before; null: none was. */
export function withUpload(last: Span | null, now: Instant): Span {
  const goesOn = last !== null && now - last.updatedAt <= PAUSE_MS;
  return { startedAt: goesOn ? last.startedAt : now, updatedAt: now };
}
