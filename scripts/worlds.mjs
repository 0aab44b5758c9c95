// Prints what the built decider does in each situation of the sandbox, as a Markdown table:
//   node scripts/worlds.mjs --seeds 5
import { parseArgs } from 'node:util';
import { TABLE_HEAD, sumRow, tableRow, tryOnce } from '../dist/src/sandbox/trial-table.js';
import { TRIALS } from '../dist/src/sandbox/trials.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
const count = Number(values.seeds);
if (!Number.isInteger(count) || count < 1) throw new RangeError('--seeds takes a number from 1 on');
const seeds = Array.from({ length: count }, (_, index) => index + 1);

const all = [];
for (const line of TABLE_HEAD) console.log(line);
for (const trial of TRIALS) {
  const results = seeds.map((seed) => tryOnce(trial, seed));
  all.push(...results);
  console.log(tableRow(trial, results));
}
console.log(sumRow(all));
