// Makes a checkout ready to run, then runs one of its programs in this very process, so that a signal for `npm start`
// reaches it: node scripts/start.mjs dist/src/main.js [its arguments].
import { build, install } from './set-up.mjs';

install();
build();
const [program = ''] = process.argv.splice(2, 1);
await import(new URL(`../${program}`, import.meta.url).href);
