import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ResourceLimits } from 'node:worker_threads';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AskedThread, TaskFailed } from '../asked-thread.js';
import type { CarriedMessage, ReadingCrew, ReadingTask } from '../workflows/reading-crew.js';
import type { ReadingSetup } from './reading-parts.js';

const PROGRAM = new URL('./reading-program.js', import.meta.url);
/** Far more than a batch of small mail needs; but a heap that may become large is swept so seldom that it becomes large. */
const HEAP: ResourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };
/** Mails that may wait for it; who comes after that is quicker alone. */
const MOST_WAITING = 300;
/** Milliseconds after which a thread that has ended is followed by another. */
const AGAIN_AFTER_MS = 60_000;

type Messages = readonly (CarriedMessage | null)[];

/** A thread that reads mail while this one fetches and stores it. Without one, or while it starts, nobody has to wait. */
export class ReadingThread implements ReadingCrew, OnApplicationShutdown {
  private readonly log = new Logger('reading');
  private thread: AskedThread<ReadingTask, Messages> | null = null;
  private isClosed = false;

  constructor(private readonly setup: ReadingSetup) {
    // With a single core it would only take turns with this thread; from source there is no compiled program to run.
    if (availableParallelism() > 1 && existsSync(fileURLToPath(PROGRAM))) this.start();
  }

  get isReady(): boolean {
    if (this.thread === null || !this.thread.isReady) return false;
    return this.thread.tasks.reduce((sum, { mails }) => sum + mails.length, 0) < MOST_WAITING;
  }

  async read(task: ReadingTask): Promise<Messages> {
    if (this.thread === null) throw new Error('there is no thread');
    try {
      return await this.thread.ask(task, buffersOf(task));
    } catch (error) {
      if (error instanceof TaskFailed)
        this.log.warn(`mail could not be read in another thread, and is read in this one: ${error.message}`);
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.thread?.close();
  }

  private start(): void {
    if (this.isClosed) return;
    const options = { workerData: this.setup, resourceLimits: HEAP };
    this.thread = new AskedThread(PROGRAM, { ...options, onEnd: (cause) => this.startLater(cause) });
    this.thread.unref();
  }

  private startLater({ message }: Error): void {
    this.thread = null;
    this.log.warn(`the thread that reads mail has ended, and is started again in a minute: ${message}`);
    setTimeout(() => this.start(), AGAIN_AFTER_MS).unref();
  }
}

/** Moved, not copied: all mails of a task lie in one. */
function buffersOf({ mails }: ReadingTask): ArrayBuffer[] {
  const buffers = mails.map(({ bytes }) => bytes.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
