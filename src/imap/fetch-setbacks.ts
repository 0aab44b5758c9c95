import type { Instant } from '../core/instant.js';
import { MOST_MAILS } from './fetch-batch.js';

/** A single mail that can't be fetched so many times in a row is left alone for a while. */
const TRIES = 2;
/** Milliseconds. */
const REST = 3_600_000;
/** Of so many mails it is said one by one that they are left alone. */
const MOST_TOLD = 5;

/** A mail that could not be fetched by itself. */
export interface Setback {
  /** How often in a row. */
  readonly times: number;
  /** The last time, in words for people. */
  readonly why: string;
  /** It is left alone until then; null: it has its next try at once. */
  readonly until: Instant | null;
}

/**
 * Keeps one mail that breaks the connection, or at which the server gives up, from holding up what lies behind it:
 * after a failure fewer are asked for at a time, and the one that fails by itself rests for an hour.
 */
export class FetchSetbacks {
  private most = MOST_MAILS;
  private readonly setbacks = new Map<string, Setback>();

  constructor(private readonly now: () => Instant) {}

  /** How many mails to ask for at once. */
  mails(): number {
    return this.most;
  }

  isResting(key: string): boolean {
    return (this.setbacks.get(key)?.until ?? 0) > this.now();
  }

  /** `keys`: the mails that came, of so many that were asked for: fewer when no more fitted into the batch. */
  gave(keys: readonly string[], asked: number): void {
    const count = keys.length;
    this.most = Math.min(MOST_MAILS, Math.max(2 * (count < asked ? count : this.most), 8));
    if (this.setbacks.size > 0) for (const key of keys) this.setbacks.delete(key);
  }

  /** Nothing came. `keys`: the mails that were asked for. The setback of a mail that is left alone from now on, else null. */
  failed(keys: readonly string[], why: string): Setback | null {
    const [only] = keys;
    this.most = Math.max(1, Math.floor(Math.min(this.most, keys.length) / 16));
    if (only === undefined || keys.length > 1) return null;
    const times = (this.setbacks.get(only)?.times ?? 0) + 1;
    const until = times < TRIES ? null : this.now() + REST;
    const setback = { times, why, until };
    this.setbacks.set(only, setback);
    return until === null ? null : setback;
  }

  /** What rests now, in words for people; null: nothing. `name` says which mail a key stands for. */
  describe(name: (key: string) => string): string | null {
    const resting = [...this.setbacks].filter(([key]) => this.isResting(key));
    if (resting.length === 0) return null;
    const told = resting.slice(0, MOST_TOLD).map(([key, setback]) => describeSetback(name(key), setback));
    const more = resting.length > MOST_TOLD ? [`${resting.length - MOST_TOLD} more mails rest too`] : [];
    return [...told, ...more].join('; ');
  }
}

/** `the mail with UID 9 in INBOX could not be fetched …`, and when that is tried again. */
export function describeSetback(mail: string, { times, why, until }: Setback): string {
  const next =
    until === null ? 'at once' : `at ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${mail} could not be fetched, ${times} times so far (${why}); it is left alone, and tried again ${next}`;
}
