import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import type { BacktestCrew, Findings, ReadTask, ReplayTask } from '../workflows/backtest-crew.js';
import type { BacktestSetup, ToldReplay } from './backtest-setup.js';
import { CommandError } from './terminal.js';

/** What a thread is asked; `id` comes back with the answer. */
export interface Asked {
  readonly id: number;
  readonly task: ReadTask | ReplayTask;
}

export type Answer =
  | { readonly kind: 'read'; readonly id: number; readonly findings: Findings }
  | { readonly kind: 'replay'; readonly id: number; readonly told: ToldReplay }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const PROGRAM = new URL('./backtest-thread.js', import.meta.url);
/** More would wait for the disk, and each takes its memory. */
const MOST_THREADS = 4;
/**
 * What a thread's heap may hold. Far more than it needs; but a heap that may become large is swept so seldom that it
 * becomes large.
 */
const HEAP: ResourceLimits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 24 };
/** Evidence rows of a domain that a heap of that size has no trouble with, several times over. */
const USUAL_ROWS = 400_000;
/** Below this starting threads takes longer than they save. */
const WORTHWHILE_FILES = 200;

/** How many threads so many files are worth; 0: the work is better done right here. */
export function threadsFor(files: number): number {
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  // Run from source there is no compiled program that a thread could run.
  const isPossible = threads > 1 && existsSync(fileURLToPath(PROGRAM));
  return isPossible && files >= WORTHWHILE_FILES ? threads : 0;
}

interface Waiting {
  settle(answer: Answer): void;
  fail(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Why it works no more. */
  ended: CommandError | null;
}

/** Threads that do the work of a backtest. `close` them, whatever happened. */
export class BacktestThreads implements BacktestCrew<ToldReplay> {
  readonly size: number;
  private readonly threads: readonly Thread[];
  private lastId = 0;

  constructor(
    size: number,
    private readonly setup: BacktestSetup,
  ) {
    this.size = size;
    this.threads = Array.from({ length: size }, () => startThread(setup, HEAP));
  }

  async read(task: ReadTask): Promise<Findings> {
    const answer = await this.askIdlest(task, []);
    if (answer.kind === 'read') return answer.findings;
    throw failure(answer);
  }

  async replay(task: ReplayTask): Promise<ToldReplay> {
    const cells = task.reports.map((it) => it.cells.bytes.buffer);
    const rows = task.reports.reduce((sum, it) => sum + it.cells.rows, 0);
    const answer = await (rows > USUAL_ROWS ? this.askNewThread(task, cells) : this.askIdlest(task, cells));
    if (answer.kind === 'replay') return answer.told;
    throw failure(answer);
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private askIdlest(task: Asked['task'], transferred: readonly ArrayBuffer[]): Promise<Answer> {
    const [idlest] = [...this.threads].sort((a, b) => a.waiting.size - b.waiting.size);
    if (idlest === undefined) throw new Error('there are no threads');
    return this.ask(idlest, task, transferred);
  }

  /** For what may need a heap of any size. */
  private async askNewThread(task: Asked['task'], transferred: readonly ArrayBuffer[]): Promise<Answer> {
    const thread = startThread(this.setup, {});
    try {
      return await this.ask(thread, task, transferred);
    } finally {
      await thread.worker.terminate();
    }
  }

  private ask(thread: Thread, task: Asked['task'], transferred: readonly ArrayBuffer[]): Promise<Answer> {
    this.lastId += 1;
    const asked: Asked = { id: this.lastId, task };
    return new Promise((resolve, reject) => {
      if (thread.ended !== null) return reject(thread.ended);
      thread.waiting.set(asked.id, { settle: resolve, fail: reject });
      thread.worker.postMessage(asked, [...transferred]);
    });
  }
}

function startThread(setup: BacktestSetup, resourceLimits: ResourceLimits): Thread {
  const worker = new Worker(PROGRAM, { workerData: setup, resourceLimits });
  const thread: Thread = { worker, waiting: new Map(), ended: null };
  worker.on('message', (answer: Answer) => {
    thread.waiting.get(answer.id)?.settle(answer);
    thread.waiting.delete(answer.id);
  });
  worker.on('error', (error) => end(thread, error));
  worker.on('exit', (code) => end(thread, new Error(`exit code ${code}`)));
  return thread;
}

/** A thread that ends by itself is out of memory, or its program is broken: nothing it was asked will be answered. */
function end(thread: Thread, cause: Error): void {
  thread.ended ??= new CommandError(`a thread of the backtest ended: ${cause.message}`, 2, { cause });
  for (const one of thread.waiting.values()) one.fail(thread.ended);
  thread.waiting.clear();
}

function failure(answer: Answer): CommandError {
  return new CommandError(answer.kind === 'failed' ? answer.message : 'a thread answered something else');
}
