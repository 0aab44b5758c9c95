import { setTimeout as sleep } from 'node:timers/promises';
import { withBackend, type IQueueBackend, type RedisOptions } from 'bullmq';
import { chooseBackend } from './queue-backend.js';

const bound = withBackend<IQueueBackend, RedisOptions>(chooseBackend);

/** A worker gets this long to end its jobs and to leave. */
export const WORKER_CLOSES_WITHIN_MS = 6_500;
const QUEUE_CLOSES_WITHIN_MS = 1_500;

/** A queue on the backend of its connection, whose shutdown always ends. */
export class BoundedQueue extends bound.Queue {
  private closingWithin: Promise<void> | null = null;

  override close(): Promise<void> {
    this.closingWithin ??= endWithin(QUEUE_CLOSES_WITHIN_MS, super.close(), () => this.disconnect());
    return this.closingWithin;
  }
}

/** The same for a worker. */
export class BoundedWorker extends bound.Worker {
  private closingWithin: Promise<void> | null = null;

  override close(force?: boolean): Promise<void> {
    this.closingWithin ??= endWithin(WORKER_CLOSES_WITHIN_MS, super.close(force), () => this.disconnect());
    return this.closingWithin;
  }
}

/** BullMQ waits for ever for a Redis that is away; @nestjs/bullmq then never lets the application close. */
async function endWithin(ms: number, closed: Promise<void>, disconnect: () => Promise<void>): Promise<void> {
  const waiting = new AbortController();
  const late = sleep(ms, 'late', { signal: waiting.signal }).catch(() => 'in time');
  const outcome = await Promise.race([closed.then(() => 'in time'), late]);
  waiting.abort();
  if (outcome === 'late') disconnect().catch(() => {}); // may wait for ever too
}
