// How long the service takes from a real IMAP server into PostgreSQL, and how much memory. See ../README.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../dist/src/database/embedded-postgres.js';
import { PASSWORD, startDovecot, USER } from './dovecot.mjs';
import { AUTHSERV_ID, largeMail, smallMails } from './write-mails.mjs';

const CASES = {
  1000: { mails: (seed) => smallMails(1000, seed), seconds: 0.8 },
  10000: { mails: (seed) => smallMails(10_000, seed), seconds: 5 },
  '200000-rows': { mails: (seed) => [largeMail(200_000, seed)], seconds: 5 },
  100000: { mails: (seed) => smallMails(100_000, seed), seconds: null },
};
const MEGABYTES = 300;
const BLOCKED_MS = 50;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, times: { type: 'string', default: '1' } },
});
const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const wanted = positionals.length === 0 ? ['1000', '10000', '200000-rows'] : positionals;

console.log(
  `${availableParallelism()} cores, Node ${process.versions.node}, load ${loadavg()[0].toFixed(1)}`,
);
let isGood = true;
for (const name of wanted) {
  for (let time = 0; time < Number(values.times); time += 1) {
    const measured = await measure(name, CASES[name]);
    print(name, measured);
    isGood &&= measured.service.megabytes <= MEGABYTES && measured.service.blockedMs <= BLOCKED_MS;
    isGood &&= CASES[name].seconds === null || measured.service.seconds <= CASES[name].seconds;
  }
}
process.exitCode = isGood ? 0 : 1;

async function measure(name, { mails }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-ingest-'));
  const port = await freePort();
  const dovecot = await startDovecot(folder, port, mails(values.seed));
  try {
    const floor = await floorOf(folder, port);
    const service = await serviceOf(folder, port, dovecot.mails);
    return { mailbox: dovecot, floor, service };
  } finally {
    await dovecot.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a database of its own, of the same make. */
async function floorOf(folder, port) {
  const database = await startEmbeddedPostgres({ dataDir: path.join(folder, 'floor'), log: () => {} });
  try {
    const args = [here('floor.mjs'), String(port), USER, PASSWORD, database.url];
    const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the floor failed: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    await database.stop();
  }
}

/** The service as people run it, with its own PostgreSQL and queue; timed from its first look at the mailbox. */
async function serviceOf(folder, port, mails) {
  const token = 'a-token-for-this-bench';
  const loopFile = path.join(folder, 'loop');
  const config = path.join(folder, 'settings.yaml');
  const httpPort = await freePort();
  writeFileSync(config, settingsOf(port));
  const child = spawn(process.execPath, ['--import', here('watch-loop.mjs'), main], {
    env: {
      ...process.env,
      CONFIG_FILE: config,
      DATA_DIR: path.join(folder, 'data'),
      PORT: String(httpPort),
      API_TOKEN: token,
      LOG_LEVEL: 'warn',
      BENCH_LOOP_FILE: loopFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data'); // it says where it listens
    child.kill('SIGUSR2');
    const scan = await scanned(`http://127.0.0.1:${httpPort}`, token, mails, child);
    const megabytes = peakMegabytes(child.pid);
    child.kill('SIGTERM');
    await once(child, 'exit');
    const seconds = (Date.parse(scan.updatedAt) - Date.parse(scan.startedAt)) / 1000;
    return { seconds, megabytes, blockedMs: Number(readFileSync(loopFile, 'utf8')) };
  } finally {
    child.kill('SIGKILL');
  }
}

function settingsOf(port) {
  return `mailboxes:
  - name: rua
    host: 127.0.0.1
    port: ${port}
    tls: none
    user: ${USER}
    password: ${PASSWORD}
    authservId: ${AUTHSERV_ID}
`;
}

async function scanned(url, token, mails, child) {
  while (child.exitCode === null) {
    const response = await fetch(`${url}/v1/mailboxes`, { headers: { authorization: `Bearer ${token}` } });
    const { mailboxes } = await response.json();
    const scan = mailboxes[0]?.scan ?? null;
    if (scan !== null && scan.done >= mails) return scan;
    await wait(250);
  }
  throw new Error('the service ended');
}

/** Linux's own count of the most memory that the process held at once. */
function peakMegabytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function print(name, { mailbox, floor, service }) {
  const { mails, rows, bytes } = mailbox;
  const limit = CASES[name].seconds === null ? '' : ` (at most ${CASES[name].seconds})`;
  console.log(`\n${mails} mails, ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`);
  line('service', `${service.seconds.toFixed(2)} s${limit}`);
  line('', `${Math.round(mails / service.seconds)} reports/s, ${Math.round(rows / service.seconds)} rows/s`);
  line('peak memory', `${Math.round(service.megabytes)} MB (at most ${MEGABYTES})`);
  line('longest block', `${service.blockedMs.toFixed(0)} ms (at most ${BLOCKED_MS})`);
  line('floor', `${floor.seconds.toFixed(2)} s, ${Math.round(floor.megabytes)} MB`);
  line('ratio', `${(service.seconds / floor.seconds).toFixed(1)} times the floor`);
}

function line(what, value) {
  console.log(`  ${what.padEnd(14)} ${value}`);
}
