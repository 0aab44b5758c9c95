import { parentPort, workerData } from 'node:worker_threads';
import { backtestWork, type BacktestSetup } from './backtest-setup.js';
import type { Answer, Asked } from './backtest-threads.js';

// The program of one thread of a backtest: does what it is asked, one after the other.

const setup: BacktestSetup = workerData;
const work = backtestWork(setup);
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  last = last.then(async () => {
    const answer = await answerTo(asked);
    parentPort?.postMessage(answer, buffersOf(answer));
  });
});

async function answerTo({ id, task }: Asked): Promise<Answer> {
  try {
    if (task.kind === 'read') return { kind: 'read', id, findings: await work.read(task) };
    return { kind: 'replay', id, told: await work.replay(task) };
  } catch (error) {
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Moved, not copied. */
function buffersOf(answer: Answer): ArrayBuffer[] {
  return answer.kind === 'read' ? answer.findings.reports.map((it) => it.cells.bytes.buffer) : [];
}
