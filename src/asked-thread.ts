import { Worker, type ResourceLimits } from 'node:worker_threads';

/** What a thread is asked; `id` comes back with the answer. */
export interface Asked<Task> {
  readonly id: number;
  readonly task: Task;
}

/** What a thread says: that it has begun, what it was asked for, or that this one task failed. */
export type Said<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** A task failed in a thread, which goes on. The message is the error's there. */
export class TaskFailed extends Error {
  override readonly name = 'TaskFailed';
}

interface Waiting<Task, Result> {
  readonly task: Task;
  resolve(result: Result): void;
  reject(error: Error): void;
}

export interface ThreadOptions {
  readonly workerData: unknown;
  readonly resourceLimits: ResourceLimits;
  /** Told once, when it ends before `close`: it is out of memory, or its program is broken. */
  readonly onEnd?: (cause: Error) => void;
}

/** A thread that is asked and answers; its program begins to `AnswerTasks`. `close` it, whatever happened. */
export class AskedThread<Task, Result> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Task, Result>>();
  /** Why it works no more. */
  private ended: Error | null = null;
  private isClosed = false;
  private hasBegun = false;
  private lastId = 0;

  constructor(
    program: URL,
    private readonly options: ThreadOptions,
  ) {
    const { workerData, resourceLimits } = options;
    this.worker = new Worker(program, { workerData, resourceLimits });
    this.worker.on('message', (said: Said<Result>) => this.hear(said));
    this.worker.on('error', (error) => this.end(error));
    this.worker.on('exit', (code) => this.end(new Error(`exit code ${code}`)));
  }

  /** Its program is loaded, and it has not ended. */
  get isReady(): boolean {
    return this.hasBegun && this.ended === null;
  }

  /** Tasks that are not answered yet. */
  get tasks(): readonly Task[] {
    return [...this.waiting.values()].map(({ task }) => task);
  }

  /** The process may end though it works. */
  unref(): void {
    this.worker.unref();
  }

  /** Throws a TaskFailed, or why the thread has ended. What is `moved` belongs to the thread from then on. */
  ask(task: Task, moved: readonly ArrayBuffer[]): Promise<Result> {
    this.lastId += 1;
    const asked: Asked<Task> = { id: this.lastId, task };
    return new Promise((resolve, reject) => {
      if (this.ended !== null) return reject(this.ended);
      this.waiting.set(asked.id, { task, resolve, reject });
      this.worker.postMessage(asked, [...moved]);
    });
  }

  /** What it was asked and has not answered fails. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.worker.terminate();
  }

  private hear(said: Said<Result>): void {
    if (said.kind === 'ready') {
      this.hasBegun = true;
      return;
    }
    const waiting = this.waiting.get(said.id);
    this.waiting.delete(said.id);
    if (said.kind === 'done') waiting?.resolve(said.result);
    else waiting?.reject(new TaskFailed(said.message));
  }

  /** Nothing that it was asked will be answered. */
  private end(cause: Error): void {
    if (this.ended !== null) return;
    this.ended = cause;
    for (const one of this.waiting.values()) one.reject(cause);
    this.waiting.clear();
    if (!this.isClosed) this.options.onEnd?.(cause);
  }
}
