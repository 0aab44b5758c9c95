import { closeSync, openSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { spawnAs, type Account } from './embedded-postgres-account.js';
import { errorCode, type PostgresBinaries } from './embedded-postgres-binaries.js';
import { isAlive, type ClusterFiles } from './embedded-postgres-cluster.js';

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 30_000;
const LOG_LIMIT_BYTES = 10_000_000;

/** What is needed to run the server of one cluster. */
export interface ServerParts {
  readonly files: ClusterFiles;
  readonly account: Account;
  readonly binaries: PostgresBinaries;
  readonly password: string;
}

export interface RunningServer {
  readonly port: number;
  /** It ran before we came: a crash of its owner left it. */
  readonly adopted: boolean;
}

interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** A connection to the server; the caller ends it. Errors after connecting are the caller's to listen for. */
export function clientOf(port: number, password: string, database: string): Client {
  return new Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database,
    connectionTimeoutMillis: 5_000,
    application_name: `dmarc-ratchet ${process.pid}`,
  });
}

/** Adopts the server of this cluster when one answers, else starts it. Throws with the end of its log when it cannot. */
export async function ensureServer(parts: ServerParts): Promise<RunningServer> {
  const running = await adopt(parts);
  if (running !== null) return { port: running.port, adopted: true };
  await rotateLog(parts.files.log);
  let failure = '';
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await choosePort(parts.files.port);
    const outcome = await launch(parts, port);
    if (outcome.ready) return { port, adopted: false };
    failure = outcome.log;
    // Children of a server that was killed keep its memory for a moment, and it does not start before they are gone.
    await sleep(500);
    // Another process may have started it in the meantime.
    const other = await adopt(parts);
    if (other !== null) return { port: other.port, adopted: true };
  }
  throw new Error(`the embedded PostgreSQL does not start; its log ends with: ${failure}`);
}

/** Stops the server of this cluster at once but cleanly: open transactions are rolled back. */
export async function stopServer(parts: ServerParts): Promise<void> {
  const { cluster } = parts.files;
  const postmaster = await readPostmaster(cluster);
  if (postmaster === null || !(await isPostmasterOf(postmaster.pid, cluster))) return;
  if (process.platform === 'win32')
    await promisify(execFile)(parts.binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast']);
  // SIGINT is the fast stop; SIGTERM would wait until every client has left.
  else process.kill(postmaster.pid, 'SIGINT');
  const deadline = Date.now() + STOPPED_WITHIN_MS;
  while (await isPostmasterOf(postmaster.pid, cluster)) {
    if (Date.now() > deadline)
      throw new Error(`the embedded PostgreSQL (process ${postmaster.pid}) does not stop`);
    await sleep(10);
  }
}

async function adopt(parts: ServerParts): Promise<Postmaster | null> {
  const { cluster } = parts.files;
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster === null) return null;
    // After a crash the file may still say `ready`, so only an answer counts.
    if (postmaster.port > 0 && (await answers(postmaster.port, parts.password))) return postmaster;
    if (!(await isPostmasterOf(postmaster.pid, cluster))) return forget(postmaster, cluster);
    if (Date.now() > deadline)
      throw new Error(`the embedded PostgreSQL (process ${postmaster.pid}) runs but does not answer`);
    await sleep(50);
  }
}

/** PostgreSQL itself replaces the file of a dead process, but not one whose id now belongs to another program. */
async function forget(postmaster: Postmaster, cluster: string): Promise<null> {
  if (isAlive(postmaster.pid)) await rm(path.join(cluster, 'postmaster.pid'), { force: true });
  return null;
}

async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(path.join(cluster, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw new Error(`cannot read ${cluster}; it may belong to another user`, { cause: error });
  });
  // Lines: process id, directory, start time, port, …; those below the first appear a moment later.
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3] ?? 0) || 0 } : null;
}

/** True when that process is the server of this very cluster, not a zombie and not another program by now. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  const command =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(
          (done) => done.stdout,
          () => '',
        );
  return command.includes('postgres') && command.includes(cluster);
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = clientOf(port, password, 'postgres');
  client.on('error', () => {}); // the answer below already says it
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The port of the last run, so that clients find the server again, or a free one when another program has it. */
async function choosePort(file: string): Promise<number> {
  const last = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (last > 0 && last < 65_536 && (await bind(last)) !== null) return last;
  const port = await bind(0);
  if (port === null) throw new Error('no free port on 127.0.0.1');
  await writeFile(file, `${port}\n`);
  return port;
}

function bind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

async function launch(
  parts: ServerParts,
  port: number,
): Promise<{ readonly ready: boolean; readonly log: string }> {
  const { files, account, binaries, password } = parts;
  const output = openSync(files.log, 'a', 0o600);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'log_checkpoints=off',
    'log_min_error_statement=panic', // statements carry mail and must not reach a log
    'jit=off',
  ];
  const child = spawnAs(
    account,
    binaries.postgres,
    ['-D', files.cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { env: binaries.env, output },
  );
  closeSync(output);
  child.on('error', () => {}); // its exit code says it too
  const deadline = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    if (await answers(port, password)) {
      child.unref();
      return { ready: true, log: '' };
    }
    await sleep(20);
  }
  if (child.exitCode === null) child.kill('SIGINT');
  return { ready: false, log: await endOfLog(files.log) };
}

async function endOfLog(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().slice(-1000);
}

async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
}
