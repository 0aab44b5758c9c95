import type { Dispatch, Outbox } from '../ports/outbox.js';
import type { Clock } from '../ports/clock.js';
import type { Notifier } from '../ports/notifier.js';
import { HOUR_MS } from '../core/instant.js';

/** Waits after each failed try; six tries over a day, then a person has to look. */
const RETRY_MS = [60_000, 5 * 60_000, HOUR_MS, 6 * HOUR_MS, 17 * HOUR_MS] as const;
const BATCH = 20;

/** Sends what the outbox holds; a failed one is tried again later. */
export class DeliverNotifications {
  constructor(
    private readonly outbox: Outbox,
    private readonly notifier: Notifier,
    private readonly clock: Clock,
  ) {}

  /** Answers how many went out. */
  async run(): Promise<number> {
    let sent = 0;
    for (;;) {
      const batch = await this.outbox.claim(this.clock.now(), BATCH);
      for (const dispatch of batch) if (await this.deliver(dispatch)) sent += 1;
      if (batch.length < BATCH) return sent;
    }
  }

  private async deliver(dispatch: Dispatch): Promise<boolean> {
    try {
      await this.notifier.deliver(dispatch.channel, dispatch.notice, dispatch.id);
    } catch (error) {
      const wait = RETRY_MS[dispatch.attempts];
      const message = error instanceof Error ? error.message : String(error);
      await this.outbox.markFailed(dispatch.id, message, wait === undefined ? null : this.clock.now() + wait);
      return false;
    }
    await this.outbox.markDelivered(dispatch.id, this.clock.now());
    return true;
  }
}
