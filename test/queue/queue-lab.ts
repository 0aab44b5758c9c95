import { getQueueToken } from '@nestjs/bullmq';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { BullWakeUp } from '../../src/queue/bull-wake-up.js';
import { QUEUE_NAME } from '../../src/queue/queue-job.js';
import { queueModule, type QueuePlace, type QueueWork } from '../../src/queue/queue.module.js';
import type { FakeWorkflows } from './fake-workflows.js';

export interface QueueLab {
  readonly wakeUp: BullWakeUp;
  readonly queue: Queue;
  close(): Promise<void>;
}

/** So rarely that it does not disturb a test. */
const NEVER = { sweepSeconds: 86_400, deliverSeconds: 86_400, tidySeconds: 86_400, learnSeconds: null };

/** An application with nothing but the queue; without workflows it only wakes others. */
export async function openQueue(
  place: QueuePlace,
  workflows: FakeWorkflows | null,
  work: Partial<QueueWork> = {},
): Promise<QueueLab> {
  const modules = await queueModule(place);
  const worker =
    workflows === null
      ? []
      : [modules.worker({ mailboxes: [], intervals: NEVER, workflows: workflows.asModule(), ...work })];
  const root = { module: class {}, imports: [modules.wakeUp, ...worker] };
  const app: INestApplicationContext = await NestFactory.createApplicationContext(root, { logger: false });
  await app.init();
  return {
    wakeUp: app.get(BullWakeUp),
    queue: app.get<Queue>(getQueueToken(QUEUE_NAME), { strict: false }),
    close: () => app.close(),
  };
}
