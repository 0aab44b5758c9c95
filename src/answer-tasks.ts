import { parentPort } from 'node:worker_threads';
import type { Asked, Said } from './asked-thread.js';

/** The other end of an AskedThread: does what is asked. `buffersOf` the result are moved, not copied. */
export class AnswerTasks<Task, Result> {
  constructor(
    private readonly work: (task: Task) => Promise<Result>,
    private readonly buffersOf: (result: Result) => readonly ArrayBuffer[],
  ) {}

  /** From now on, until the thread is closed. */
  begin(): void {
    parentPort?.on('message', (asked: Asked<Task>) => void this.answer(asked));
    this.say({ kind: 'ready' });
  }

  private async answer({ id, task }: Asked<Task>): Promise<void> {
    try {
      const result = await this.work(task);
      this.say({ kind: 'done', id, result }, this.buffersOf(result));
    } catch (error) {
      this.say({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  private say(said: Said<Result>, moved: readonly ArrayBuffer[] = []): void {
    parentPort?.postMessage(said, [...moved]);
  }
}
