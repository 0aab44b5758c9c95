import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Job, JobsOptions, Queue } from 'bullmq';
import { WakeUp, type Wake } from '../ports/wake-up.js';
import { identityOf, type QueueJob } from './queue-job.js';

const ENQUEUE_WITHIN_MS = 5_000;
const IDLE_POLL_MS = 25;

/** A job is tried five times within half a minute; what still fails is found by the sweep. */
export const RETRIES = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 1_000 },
  removeOnFail: { age: 7 * 86_400, count: 1_000 },
} as const satisfies JobsOptions;

/** Wakes workflows through BullMQ. */
export class BullWakeUp extends WakeUp {
  private readonly logger = new Logger('queue');

  constructor(private readonly queue: Queue<QueueJob>) {
    super();
    queue.on('error', (error) => this.logger.warn('the queue reports an error', { error: error.message }));
  }

  async wake(wake: Wake, options: { readonly delayMs: number } = { delayMs: 0 }): Promise<void> {
    await this.enqueue([{ name: wake.workflow, data: wake, opts: jobOptions(wake, options.delayMs) }]);
  }

  /** Many at once, in one exchange with the queue. */
  async wakeAll(wakes: readonly Wake[]): Promise<void> {
    await this.enqueue(wakes.map((wake) => ({ name: wake.workflow, data: wake, opts: jobOptions(wake, 0) })));
  }

  /** Resolves when nothing waits or runs; what is to run later, a retry too, does not count. */
  async idle(): Promise<void> {
    while (await this.isBusy()) await sleep(IDLE_POLL_MS);
  }

  private async isBusy(): Promise<boolean> {
    // What is due stays among the delayed for a moment, until a worker moves it over; asked first, lest it slip by.
    const delayed = await this.queue.getDelayed(0, 99);
    if (delayed.some((job) => isDue(job, Date.now()))) return true;
    const unfinished = ['waiting', 'active', 'prioritized', 'waiting-children'] as const;
    return (await this.queue.getJobCountByTypes(...unfinished)) > 0;
  }

  /** A lost wake-up costs time, not truth: what it was about stands in the store, so its loss fails nothing. */
  private async enqueue(jobs: Parameters<Queue<QueueJob>['addBulk']>[0]): Promise<void> {
    const [first, ...others] = jobs;
    if (first === undefined) return;
    const { queue } = this;
    const added = others.length === 0 ? queue.add(first.name, first.data, first.opts) : queue.addBulk(jobs);
    const late = new AbortController();
    const deadline = sleep(ENQUEUE_WITHIN_MS, null, { signal: late.signal }).then(() => {
      throw new Error(`the queue does not answer within ${ENQUEUE_WITHIN_MS} ms`);
    });
    try {
      await Promise.race([added, deadline]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.logger.warn('wake-up lost; the sweep will find it', { workflow: first.name, reason });
    } finally {
      late.abort();
      await deadline.catch(() => {});
    }
  }
}

/** The delay of a retry counts from its failure, which the job does not say; one brought forward has no delay. */
function isDue(job: Job<QueueJob>, now: number): boolean {
  return job.delay === 0 || (job.attemptsMade === 0 && job.timestamp + job.delay <= now);
}

/**
 * The same wake-up twice is one: while one waits, another adds nothing; while one runs, exactly one more follows it,
 * since what changed meanwhile may have been read too early. Delayed wake-ups are counted apart, or one for later would
 * swallow one for now; a wake-up for now brings a retry forward.
 */
function jobOptions(job: QueueJob, delayMs: number): JobsOptions {
  const id = identityOf(job);
  if (delayMs > 0)
    return {
      ...RETRIES,
      delay: delayMs,
      deduplication: { id: `${id}:later`, keepLastIfActive: true },
    };
  return { ...RETRIES, deduplication: { id, keepLastIfActive: true, reschedule: true } };
}
