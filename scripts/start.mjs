// Makes a checkout ready to run, then runs one of its programs in this very process: node scripts/start.mjs
// dist/src/main.js [its arguments].
import { build, install } from './set-up.mjs';

install();
build();
if (process.env['npm_lifecycle_event'] !== undefined) endWithParent();
const [program = ''] = process.argv.splice(2, 1);
await import(new URL(`../${program}`, import.meta.url).href);

/** npm hands a signal to the shell between, which ends without handing it on. */
function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
