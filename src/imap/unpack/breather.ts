import { setImmediate } from 'node:timers/promises';

/** How long one may work before others have their turn; well under what a person or a timer would notice. */
const LONGEST_TURN_MS = 10;

/** Keeps long work on hostile data from blocking the event loop: to be asked between two steps of few milliseconds. */
export class Breather {
  private since = performance.now();

  /** Whether the turn is over; waiting for nothing costs, too. */
  get isDue(): boolean {
    return performance.now() - this.since >= LONGEST_TURN_MS;
  }

  /** Resolves at once, or after all that waits had its turn. */
  async breathe(): Promise<void> {
    if (!this.isDue) return;
    await setImmediate();
    this.since = performance.now();
  }
}
