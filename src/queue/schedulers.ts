import type { Queue } from 'bullmq';
import { RETRIES } from './bull-wake-up.js';
import { identityOf, type QueueJob } from './queue-job.js';

/** How often each thing is done, in seconds; a mailbox says that itself. */
export interface QueueIntervals {
  readonly sweepSeconds: number;
  readonly deliverSeconds: number;
  readonly tidySeconds: number;
  /** Null: nothing is to be learned about addresses. */
  readonly learnSeconds: number | null;
}

/** A folder that is looked at from time to time. */
export interface PolledMailbox {
  readonly name: string;
  readonly pollSeconds: number;
}

/** Milliseconds: what takes the rows for itself lets the mail that waits at the start come in first. */
const TIDY_LATER = 60_000;

/** What is done again and again. */
export function recurringJobs(
  mailboxes: readonly PolledMailbox[],
  intervals: QueueIntervals,
): readonly { readonly job: QueueJob; readonly seconds: number }[] {
  return [
    { job: { workflow: 'sweep' }, seconds: intervals.sweepSeconds },
    { job: { workflow: 'deliver-notifications' }, seconds: intervals.deliverSeconds },
    { job: { workflow: 'tidy-store' }, seconds: intervals.tidySeconds },
    ...(intervals.learnSeconds === null
      ? []
      : [{ job: { workflow: 'learn-addresses' } satisfies QueueJob, seconds: intervals.learnSeconds }]),
    ...mailboxes.map(({ name, pollSeconds }) => ({
      job: { workflow: 'poll-mailbox', mailbox: name } satisfies QueueJob,
      seconds: pollSeconds,
    })),
  ];
}

/** Makes the queue's schedulers those of the settings; one of a mailbox that is gone goes too. Safe from many processes. */
export async function setUpSchedulers(
  queue: Queue<QueueJob>,
  recurring: ReturnType<typeof recurringJobs>,
): Promise<void> {
  const wanted = new Set(recurring.map(({ job }) => identityOf(job)));
  for (const { key } of await queue.getJobSchedulers())
    if (!wanted.has(key)) await queue.removeJobScheduler(key);
  for (const { job, seconds } of recurring)
    await queue.upsertJobScheduler(
      identityOf(job),
      { every: seconds * 1_000, ...(job.workflow === 'tidy-store' ? startingLater(seconds) : {}) },
      // The next round is the retry.
      { name: job.workflow, data: job, opts: { ...RETRIES, attempts: 1 } },
    );
}

function startingLater(seconds: number): { readonly startDate: number } {
  return { startDate: Date.now() + Math.min(TIDY_LATER, seconds * 1_000) };
}
