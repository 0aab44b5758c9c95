import { setTimeout as sleep } from 'node:timers/promises';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import {
  Logger,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import type { Queue } from 'bullmq';
import { WakeUp } from '../ports/wake-up.js';
import { ApplyChange } from '../workflows/apply-change.js';
import { DeliverNotifications } from '../workflows/deliver-notifications.js';
import { EvaluateDomain } from '../workflows/evaluate-domain.js';
import { LearnAddresses } from '../workflows/learn-addresses.js';
import { PollMailbox } from '../workflows/poll-mailbox.js';
import { ReprocessMail } from '../workflows/reprocess-mail.js';
import { Sweep } from '../workflows/sweep.js';
import { TidyStore } from '../workflows/tidy-store.js';
import { VerifyChange } from '../workflows/verify-change.js';
import { BullWakeUp } from './bull-wake-up.js';
import { BoundedQueue, BoundedWorker } from './queue-classes.js';
import { QUEUE_NAME, type QueueJob } from './queue-job.js';
import { openPostgresBackend, openRedisBackend, type QueueBackend } from './queue-backend.js';
import { recurringJobs, setUpSchedulers, type PolledMailbox, type QueueIntervals } from './schedulers.js';
import { SubjectLock } from './subject-lock.js';
import type { Workflows } from './wake-handlers.js';
import { CONCURRENCY, WakeProcessor } from './wake-processor.js';

const BACKEND_CLOSES_WITHIN_MS = 1_000;

export interface QueuePlace {
  readonly databaseUrl: string;
  /** Null: the queue lives in the database too. */
  readonly redisUrl: string | null;
}

export interface QueueWork {
  readonly mailboxes: readonly PolledMailbox[];
  readonly intervals: QueueIntervals;
  /** The module that exports the workflow classes. */
  readonly workflows: DynamicModule | Type;
}

export interface QueueModules {
  /** Exports the port WakeUp, and BullWakeUp itself. Workflows import it; it knows nothing of them. */
  readonly wakeUp: DynamicModule;
  /** Takes jobs from the queue, and schedules what recurs. Not for processes that only wake others. */
  worker(work: QueueWork): DynamicModule;
}

/** Opens the queue, in Redis when there is a URL for it, else in PostgreSQL; throws when that cannot be reached. */
export async function queueModule(place: QueuePlace): Promise<QueueModules> {
  const logger = new Logger('queue');
  const onError = (error: Error) => logger.warn('a database connection broke', { error: error.message });
  const backend =
    place.redisUrl === null
      ? await openPostgresBackend(place.databaseUrl, onError)
      : openRedisBackend(place.redisUrl);
  const wakeUp = wakeUpModule(backend);
  return {
    wakeUp,
    worker: (work) =>
      workerModule(wakeUp, work, () => new SubjectLock(place.databaseUrl, CONCURRENCY, onError)),
  };
}

class WakeUpModule {}

function wakeUpModule(backend: QueueBackend): DynamicModule {
  BullModule.queueClass = BoundedQueue;
  BullModule.workerClass = BoundedWorker;
  return {
    module: WakeUpModule,
    imports: [BullModule.registerQueue({ name: QUEUE_NAME, connection: backend.connection })],
    providers: [
      {
        provide: BullWakeUp,
        useFactory: (queue: Queue<QueueJob>) => new BullWakeUp(queue),
        inject: [getQueueToken(QUEUE_NAME)],
      },
      { provide: WakeUp, useExisting: BullWakeUp },
      {
        provide: QueueCloser,
        useFactory: (queue: Queue) => new QueueCloser(queue, backend),
        inject: [getQueueToken(QUEUE_NAME)],
      },
    ],
    exports: [WakeUp, BullWakeUp, BullModule],
  };
}

class WorkerModule {}

function workerModule(wakeUp: DynamicModule, work: QueueWork, newLock: () => SubjectLock): DynamicModule {
  return {
    module: WorkerModule,
    imports: [wakeUp, work.workflows],
    providers: [
      { provide: SubjectLock, useFactory: newLock },
      {
        provide: WORKFLOWS,
        useFactory: (
          pollMailbox: PollMailbox,
          evaluateDomain: EvaluateDomain,
          applyChange: ApplyChange,
          verifyChange: VerifyChange,
          deliverNotifications: DeliverNotifications,
          reprocessMail: ReprocessMail,
          sweep: Sweep,
          tidyStore: TidyStore,
          learnAddresses: LearnAddresses,
        ): Workflows => ({
          pollMailbox,
          evaluateDomain,
          applyChange,
          verifyChange,
          deliverNotifications,
          reprocessMail,
          sweep,
          tidyStore,
          learnAddresses,
        }),
        inject: [
          PollMailbox,
          EvaluateDomain,
          ApplyChange,
          VerifyChange,
          DeliverNotifications,
          ReprocessMail,
          Sweep,
          TidyStore,
          LearnAddresses,
        ],
      },
      {
        provide: WakeProcessor,
        useFactory: (workflows: Workflows, wakeUp: BullWakeUp, lock: SubjectLock) =>
          new WakeProcessor(workflows, wakeUp, lock),
        inject: [WORKFLOWS, BullWakeUp, SubjectLock],
      },
      {
        provide: Schedulers,
        useFactory: (queue: Queue<QueueJob>) => new Schedulers(queue, work),
        inject: [getQueueToken(QUEUE_NAME)],
      },
    ],
  };
}

const WORKFLOWS = Symbol('workflows');

class Schedulers implements OnApplicationBootstrap {
  constructor(
    private readonly queue: Queue<QueueJob>,
    private readonly work: QueueWork,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return setUpSchedulers(this.queue, recurringJobs(this.work.mailboxes, this.work.intervals));
  }
}

class QueueCloser implements OnApplicationShutdown {
  constructor(
    private readonly queue: Queue,
    private readonly backend: QueueBackend,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
    // A worker that did not leave in time may still hold connections.
    await Promise.race([this.backend.close(), sleep(BACKEND_CLOSES_WITHIN_MS, null, { ref: false })]);
  }
}
