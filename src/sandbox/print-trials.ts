/**
 * A program: prints what the decider does in each situation of the sandbox, as a Markdown table. `--seeds 5` lets each
 * of them happen that often.
 */
import { parseArgs } from 'node:util';
import { TABLE_HEAD, sumRow, tableRow, tryOnce } from './trial-table.js';
import { GAP_TRIALS, TRIALS } from './trials.js';
import type { Trial } from './trials.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
const count = Number(values.seeds);
if (!Number.isInteger(count) || count < 1) throw new RangeError('--seeds takes a number from 1 on');

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printRows(trials: readonly Trial[]) {
  return trials.flatMap((trial) => {
    const results = Array.from({ length: count }, (_, index) => tryOnce(trial, index + 1));
    print(tableRow(trial, results));
    return results;
  });
}

for (const line of TABLE_HEAD) print(line);
const done = printRows(TRIALS);
print(sumRow('all of these', done));
if (GAP_TRIALS.length > 0)
  print(sumRow('all, with what goes wrong yet', [...done, ...printRows(GAP_TRIALS)]));
