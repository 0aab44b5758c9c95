import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Job } from 'bullmq';
import { BullWakeUp } from './bull-wake-up.js';
import { WORKER_CLOSES_WITHIN_MS } from './queue-classes.js';
import { QUEUE_NAME, QueueJob, subjectOf } from './queue-job.js';
import { SubjectLock } from './subject-lock.js';
import type { Wake } from '../ports/wake-up.js';
import { TroubleLog } from '../trouble-log.js';
import { PollFailed } from '../workflows/poll-mailbox.js';
import { runWorkflow, type Workflows } from './wake-handlers.js';

/** Jobs that one process works on at once; they mostly wait for DNS, IMAP and providers. */
export const CONCURRENCY = 8;
const GIVE_UP_AFTER_MS = WORKER_CLOSES_WITHIN_MS - 1_500;

/** Takes jobs from the queue; each wakes one workflow. Workflows are idempotent: after a crash a job may run twice. */
@Processor(QUEUE_NAME, {
  concurrency: CONCURRENCY,
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 5,
})
export class WakeProcessor extends WorkerHost implements BeforeApplicationShutdown {
  private readonly logger = new Logger('queue');
  private readonly shutdown = new AbortController();
  private readonly troubles = new TroubleLog();

  constructor(
    private readonly workflows: Workflows,
    private readonly wakeUp: BullWakeUp,
    private readonly lock: SubjectLock,
  ) {
    super();
  }

  override async process(job: Job<unknown>): Promise<void> {
    const wake = QueueJob.parse(job.data);
    const subject = subjectOf(wake);
    const run = async () => {
      const wakes = await runWorkflow(this.workflows, wake);
      this.noteDone(wake);
      return wakes;
    };
    try {
      const next = await this.orGivenUp(subject === null ? run() : this.locked(wake, subject, run));
      await this.wakeUp.wakeAll(next);
    } catch (error) {
      await this.wakeDespite(error);
      throw error;
    }
  }

  /** What a poll stored before it failed is news all the same, and not told again: the next one finds it stored. */
  private async wakeDespite(error: unknown): Promise<void> {
    if (!(error instanceof PollFailed)) return;
    await this.wakeUp.wakeAll(error.domains.map((domain) => ({ workflow: 'evaluate-domain', domain })));
  }

  /** Lets running jobs end, but not for ever: what is given up here is tried again by the next process. */
  async beforeApplicationShutdown(): Promise<void> {
    const timer = setTimeout(() => this.shutdown.abort(), GIVE_UP_AFTER_MS);
    await this.worker.close();
    clearTimeout(timer);
  }

  /** Who reads a mailbox reads all of it: there is nothing to wait for. */
  private async locked(
    { workflow }: QueueJob,
    subject: string,
    run: () => Promise<readonly Wake[]>,
  ): Promise<readonly Wake[]> {
    if (workflow !== 'poll-mailbox') return this.lock.hold(subject, run);
    return (await this.lock.holdIfFree(subject, run)) ?? [];
  }

  /** A mailbox is tried every minute: what keeps it from being read is told when it begins, and when it is over. */
  private noteUnread(mailbox: string, error: string): void {
    if (this.troubles.isNews(mailbox, error)) this.logger.warn('a mailbox is not read', { mailbox, error });
  }

  private noteDone(job: QueueJob): void {
    if (job.workflow !== 'poll-mailbox' || !this.troubles.isOver(job.mailbox)) return;
    this.logger.log('a mailbox is read again', { mailbox: job.mailbox });
  }

  private orGivenUp<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.shutdown;
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error('the service is shutting down'));
      signal.addEventListener('abort', giveUp);
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn('the queue worker reports an error', { error: error.message });
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job<unknown> | undefined, error: Error): void {
    const wake = QueueJob.safeParse(job?.data).data;
    if (wake?.workflow === 'poll-mailbox') {
      this.noteUnread(wake.mailbox, error.message);
      return;
    }
    const { name, attemptsMade } = job ?? { name: 'unknown', attemptsMade: 0 };
    this.logger.warn('job failed', { workflow: name, attempts: attemptsMade, error: error.message });
  }
}
