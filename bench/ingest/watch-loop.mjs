// Loaded before the service: writes down how long its event loop was blocked at most, in milliseconds.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
const file = process.env['BENCH_LOOP_FILE'];
if (file !== undefined) {
  // The start of a program is one long block; what counts begins when the first line of work is told.
  process.on('SIGUSR2', () => {
    delay.enable();
    delay.reset();
  });
  process.on('exit', () => writeFileSync(file, String(Math.max(0, delay.max / 1e6 - RESOLUTION))));
}
