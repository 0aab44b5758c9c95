// Prints what the built decider does in each situation of the sandbox, as a Markdown table:
//   node scripts/worlds.mjs --seeds 5
import { parseArgs } from 'node:util';
import { TABLE_HEAD, sumRow, tableRow, tryOnce } from '../dist/src/sandbox/trial-table.js';
import { GAP_TRIALS, TRIALS } from '../dist/src/sandbox/trials.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
const count = Number(values.seeds);
if (!Number.isInteger(count) || count < 1) throw new RangeError('--seeds takes a number from 1 on');
const seeds = Array.from({ length: count }, (_, index) => index + 1);

function printRows(trials) {
  return trials.flatMap((trial) => {
    const results = seeds.map((seed) => tryOnce(trial, seed));
    console.log(tableRow(trial, results));
    return results;
  });
}

for (const line of TABLE_HEAD) console.log(line);
const done = printRows(TRIALS);
console.log(sumRow('all of these', done));
if (GAP_TRIALS.length > 0)
  console.log(sumRow('all, with what goes wrong yet', [...done, ...printRows(GAP_TRIALS)]));
