import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ResourceLimits } from 'node:worker_threads';
import { AskedThread, TaskFailed } from '../asked-thread.js';
import type { BacktestCrew, Findings, ReadTask, ReplayTask } from '../workflows/backtest-crew.js';
import type { BacktestSetup, ToldReplay } from './backtest-setup.js';
import { CommandError } from './terminal.js';

export type Task = ReadTask | ReplayTask;

export type Done =
  | { readonly kind: 'read'; readonly findings: Findings }
  | { readonly kind: 'replay'; readonly told: ToldReplay };

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

type Thread = AskedThread<Task, Done>;

/** Threads that do the work of a backtest. `close` them, whatever happened. */
export class BacktestThreads implements BacktestCrew<ToldReplay> {
  readonly size: number;
  private readonly threads: readonly Thread[];

  constructor(
    size: number,
    private readonly setup: BacktestSetup,
  ) {
    this.size = size;
    this.threads = Array.from({ length: size }, () => startThread(setup, HEAP));
  }

  async read(task: ReadTask): Promise<Findings> {
    const done = await this.askIdlest(task, []);
    if (done.kind === 'read') return done.findings;
    throw new CommandError('a thread answered something else');
  }

  async replay(task: ReplayTask): Promise<ToldReplay> {
    const cells = task.reports.map((it) => it.cells.bytes.buffer);
    const rows = task.reports.reduce((sum, it) => sum + it.cells.rows, 0);
    const done = await (rows > USUAL_ROWS ? this.askNewThread(task, cells) : this.askIdlest(task, cells));
    if (done.kind === 'replay') return done.told;
    throw new CommandError('a thread answered something else');
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private askIdlest(task: Task, moved: readonly ArrayBuffer[]): Promise<Done> {
    const [idlest] = [...this.threads].sort((a, b) => a.tasks.length - b.tasks.length);
    if (idlest === undefined) throw new Error('there are no threads');
    return ask(idlest, task, moved);
  }

  /** For what may need a heap of any size. */
  private async askNewThread(task: Task, moved: readonly ArrayBuffer[]): Promise<Done> {
    const thread = startThread(this.setup, {});
    try {
      return await ask(thread, task, moved);
    } finally {
      await thread.close();
    }
  }
}

function startThread(setup: BacktestSetup, resourceLimits: ResourceLimits): Thread {
  return new AskedThread(PROGRAM, { workerData: setup, resourceLimits });
}

/** Throws a CommandError. */
async function ask(thread: Thread, task: Task, moved: readonly ArrayBuffer[]): Promise<Done> {
  try {
    return await thread.ask(task, moved);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof TaskFailed) throw new CommandError(message);
    throw new CommandError(`a thread of the backtest ended: ${message}`, 2, { cause: error });
  }
}
