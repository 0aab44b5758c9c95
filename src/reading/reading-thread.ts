import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { CarriedMessage, ReadingCrew, ReadingTask } from '../workflows/reading-crew.js';
import type { ReadingSetup } from './reading-parts.js';

/** What the thread is asked; `id` comes back with the answer. */
export interface Asked {
  readonly id: number;
  readonly task: ReadingTask;
}

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly id: number; readonly messages: readonly (CarriedMessage | null)[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const PROGRAM = new URL('./reading-program.js', import.meta.url);
/** Far more than a batch of small mail needs; but a heap that may become large is swept so seldom that it becomes large. */
const HEAP: ResourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };
/** Mails that may wait for it; who comes after that is quicker alone. */
const MOST_WAITING = 300;
/** Milliseconds after which a thread that has ended is followed by another. */
const AGAIN_AFTER_MS = 60_000;

interface Waiting {
  readonly mails: number;
  settle(answer: Answer): void;
  fail(error: Error): void;
}

/** A thread that reads mail while this one fetches and stores it. Without one, or while it starts, nobody has to wait. */
export class ReadingThread implements ReadingCrew, OnApplicationShutdown {
  private readonly log = new Logger('reading');
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | null = null;
  private hasBegun = false;
  private isClosed = false;
  private lastId = 0;

  constructor(private readonly setup: ReadingSetup) {
    // With a single core it would only take turns with this thread; from source there is no compiled program to run.
    if (availableParallelism() > 1 && existsSync(fileURLToPath(PROGRAM))) this.start();
  }

  get isReady(): boolean {
    const mails = [...this.waiting.values()].reduce((sum, one) => sum + one.mails, 0);
    return this.hasBegun && mails < MOST_WAITING;
  }

  async read(task: ReadingTask): Promise<readonly (CarriedMessage | null)[]> {
    const answer = await this.ask(task);
    if (answer.kind === 'read') return answer.messages;
    const reason = answer.kind === 'failed' ? answer.message : 'it answered something else';
    this.log.warn(`mail could not be read in another thread, and is read in this one: ${reason}`);
    throw new Error(reason);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.worker?.terminate();
  }

  private ask(task: ReadingTask): Promise<Answer> {
    this.lastId += 1;
    const asked: Asked = { id: this.lastId, task };
    return new Promise((settle, fail) => {
      if (this.worker === null) return fail(new Error('there is no thread'));
      this.waiting.set(asked.id, { mails: task.mails.length, settle, fail });
      this.worker.postMessage(asked, buffersOf(task));
    });
  }

  private start(): void {
    if (this.isClosed) return;
    const worker = new Worker(PROGRAM, { workerData: this.setup, resourceLimits: HEAP });
    worker.unref();
    worker.on('message', (answer: Answer) => this.take(answer));
    worker.on('error', (error) => this.end(error));
    worker.on('exit', (code) => this.end(new Error(`exit code ${code}`)));
    this.worker = worker;
  }

  private take(answer: Answer): void {
    if (answer.kind === 'ready') {
      this.hasBegun = true;
      return;
    }
    this.waiting.get(answer.id)?.settle(answer);
    this.waiting.delete(answer.id);
  }

  /** A thread that ends by itself is out of memory, or its program is broken: nothing it was asked will be answered. */
  private end(cause: Error): void {
    if (this.worker === null) return;
    this.worker = null;
    this.hasBegun = false;
    for (const one of this.waiting.values()) one.fail(cause);
    this.waiting.clear();
    if (this.isClosed) return;
    this.log.warn(`the thread that reads mail has ended, and is started again in a minute: ${cause.message}`);
    setTimeout(() => this.start(), AGAIN_AFTER_MS).unref();
  }
}

/** Moved, not copied: all mails of a task lie in one. */
function buffersOf({ mails }: ReadingTask): ArrayBuffer[] {
  const buffers = mails.map(({ bytes }) => bytes.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
