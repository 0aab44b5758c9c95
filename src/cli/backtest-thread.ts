import { workerData } from 'node:worker_threads';
import { AnswerTasks } from '../answer-tasks.js';
import { backtestWork, type BacktestSetup } from './backtest-setup.js';
import type { Done, Task } from './backtest-threads.js';

// The program of one thread of a backtest: does what it is asked, one after the other.

const setup: BacktestSetup = workerData;
const work = backtestWork(setup);
let last: Promise<unknown> = Promise.resolve();

new AnswerTasks(
  (task: Task): Promise<Done> => {
    const done = last.then(() => perform(task));
    last = done.catch(() => null);
    return done;
  },
  (done) => (done.kind === 'read' ? done.findings.reports.map((it) => it.cells.bytes.buffer) : []),
).begin();

async function perform(task: Task): Promise<Done> {
  if (task.kind === 'read') return { kind: 'read', findings: await work.read(task) };
  return { kind: 'replay', told: await work.replay(task) };
}
