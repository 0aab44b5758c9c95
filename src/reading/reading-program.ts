import { workerData } from 'node:worker_threads';
import { AnswerTasks } from '../answer-tasks.js';
import type { CarriedMessage, ReadingTask } from '../workflows/reading-crew.js';
import { giveWay } from './give-way.js';
import { practise } from './practice.js';
import { readingWork, type ReadingSetup } from './reading-parts.js';

// The program of the thread that reads mail. Tasks don't wait for each other: one may wait for DNS.

giveWay();
const setup: ReadingSetup = workerData;
const work = readingWork(setup);
let hasWork = false;

new AnswerTasks(
  (task: ReadingTask) => {
    hasWork = true;
    return work.read(task);
  },
  (messages) => [...new Set(messages.flatMap(buffersOf))],
).begin();

await practise(setup, () => hasWork);

function buffersOf(message: CarriedMessage | null): ArrayBuffer[] {
  const buffers = message?.reports.map(({ rows }) => rows.lines.buffer) ?? [];
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}
