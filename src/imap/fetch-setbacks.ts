import { MOST_MAILS } from './fetch-batch.js';

/** A single mail that can't be fetched so many times in a row is left alone for a while. */
const TRIES = 2;
/** Milliseconds. */
const REST = 3_600_000;

/**
 * Keeps one mail that breaks the connection, or at which the server gives up, from holding up what lies behind it:
 * after a failure fewer are asked for at a time, and the one that fails by itself rests for an hour.
 */
export class FetchSetbacks {
  private most = MOST_MAILS;
  private failures = 0;
  private readonly resting = new Map<string, number>();

  /** `now`: milliseconds that only go forward. */
  constructor(private readonly now: () => number) {}

  /** How many mails to ask for at once. */
  mails(): number {
    return this.most;
  }

  isResting(key: string): boolean {
    const until = this.resting.get(key);
    if (until === undefined || until > this.now()) return until !== undefined;
    this.resting.delete(key);
    return false;
  }

  /** `count` mails came of so many that were asked for: fewer when no more fitted into the batch. */
  gave(count: number, asked: number): void {
    this.failures = 0;
    this.most = Math.min(MOST_MAILS, Math.max(2 * (count < asked ? count : this.most), 8));
  }

  /** Nothing came. `keys`: the mails that were asked for. */
  failed(keys: readonly string[]): void {
    const [only] = keys;
    this.most = Math.max(1, Math.floor(Math.min(this.most, keys.length) / 16));
    if (only === undefined || keys.length > 1) return;
    this.failures += 1;
    if (this.failures < TRIES) return;
    this.resting.set(only, this.now() + REST);
    this.failures = 0;
  }
}
