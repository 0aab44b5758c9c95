// How long a backtest of a large mailbox takes, and how much memory. See ../README.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { floors } from './floors.mjs';
import { AUTHSERV_ID, writeMails } from './write-mails.mjs';

const LIMITS = { seconds: 60, megabytes: 500 };
const MEASURED = fileURLToPath(new URL('measured.mjs', import.meta.url));

const { values } = parseArgs({
  options: { mail: { type: 'string' }, keep: { type: 'boolean', default: false } },
});

const folder = values.mail ?? mkdtempSync(path.join(tmpdir(), 'bench-evidence-'));
try {
  if (values.mail === undefined) report('written', written(writeMails(folder)));
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const least = floors(files);
  const { out, seconds } = await run(['backtest', '--mail', folder, '--authserv-id', AUTHSERV_ID, '--json']);
  const { domains } = JSON.parse(out.text);
  const cpu = out.usage.userCPUTime / 1e6 + out.usage.systemCPUTime / 1e6;
  const megabytes = out.usage.maxRSS / 1024;
  report('files', files.length);
  report('XML', `${Math.round(least.megabytes)} MB, ${Math.round(least.elements / 1e6)} million tags`);
  report('domains', `${domains.length}, ${domains.filter(isAtReject).length} of them at p=reject in the end`);
  report('cores', `${availableParallelism()}, load ${loadavg()[0].toFixed(1)}`);
  report('wall time', `${seconds.toFixed(1)} s (at most ${LIMITS.seconds})`);
  report('peak memory', `${Math.round(megabytes)} MB (at most ${LIMITS.megabytes})`);
  report('CPU time', `${cpu.toFixed(1)} s`);
  for (const name of ['reading', 'inflating', 'walking']) {
    report(
      `  ${name} alone`,
      `${least[name].toFixed(1)} s; the backtest takes ${Math.round(cpu / least[name])} times that`,
    );
  }
  process.exitCode = seconds <= LIMITS.seconds && megabytes <= LIMITS.megabytes ? 0 : 1;
} finally {
  if (values.mail === undefined && !values.keep) rmSync(folder, { recursive: true });
  else report('kept', folder);
}

function written({ mails, bytes }) {
  return `${mails} mails, ${Math.round(bytes / 1e6)} MB`;
}

function isAtReject({ transitions }) {
  return /\bp=reject(?!.*pct=)/.test(transitions.at(-1)?.record ?? '');
}

/** Runs the command line in a process of its own, which tells on a channel of its own what it used. */
function run(args) {
  const start = performance.now();
  const child = spawn(process.execPath, [MEASURED, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const chunks = [];
  const out = { text: '', usage: null };
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.on('message', (usage) => {
    out.usage = usage;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      out.text = Buffer.concat(chunks).toString();
      const seconds = (performance.now() - start) / 1000;
      if (code === 0 && out.usage !== null) resolve({ out, seconds });
      else reject(new Error(`the backtest ended with status ${code}`));
    });
  });
}

function report(what, value) {
  console.log(`${what.padEnd(18)} ${value}`);
}
