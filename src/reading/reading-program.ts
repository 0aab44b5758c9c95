import { parentPort, workerData } from 'node:worker_threads';
import type { CarriedMessage } from '../workflows/reading-crew.js';
import { giveWay } from './give-way.js';
import { readingWork, type ReadingSetup } from './reading-parts.js';
import type { Answer, Asked } from './reading-thread.js';

// The program of the thread that reads mail. Tasks don't wait for each other: one may wait for DNS.

giveWay();
const setup: ReadingSetup = workerData;
const work = readingWork(setup);

parentPort?.on('message', (asked: Asked) => {
  void answerTo(asked).then((answer) => parentPort?.postMessage(answer, buffersOf(answer)));
});
parentPort?.postMessage({ kind: 'ready' } satisfies Answer, []);

async function answerTo({ id, task }: Asked): Promise<Answer> {
  try {
    return { kind: 'read', id, messages: await work.read(task) };
  } catch (error) {
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Moved, not copied. */
function buffersOf(answer: Answer): ArrayBuffer[] {
  return answer.kind === 'read' ? [...new Set(answer.messages.flatMap(buffersOfMessage))] : [];
}

function buffersOfMessage(message: CarriedMessage | null): ArrayBuffer[] {
  const buffers = message?.reports.map(({ rows }) => rows.lines.buffer) ?? [];
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
