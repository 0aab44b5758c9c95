import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawnAs, type Account } from './embedded-postgres-account.js';
import { errorCode, type PostgresBinaries } from './embedded-postgres-binaries.js';

/** The major version whose files these binaries read and write. */
const MAJOR = '18';

/** The files of one embedded PostgreSQL, all inside the data directory. */
export interface ClusterFiles {
  readonly cluster: string;
  readonly password: string;
  readonly port: string;
  readonly log: string;
  readonly links: string;
}

export function clusterFiles(dataDir: string): ClusterFiles {
  const cluster = path.join(path.resolve(dataDir), 'postgres');
  return {
    cluster,
    password: `${cluster}.password`,
    port: `${cluster}.port`,
    log: `${cluster}.log`,
    links: `${cluster}.lib`,
  };
}

/**
 * Makes the cluster when there is none and returns its password. Safe when two processes do it at once: each
 * works in a directory of its own, and whoever renames first wins.
 * Throws when the files are of another major version.
 */
export async function openCluster(
  files: ClusterFiles,
  account: Account,
  binaries: PostgresBinaries,
): Promise<string> {
  await mkdir(path.dirname(files.cluster), { recursive: true, mode: 0o755 });
  const password = await readOrMakePassword(files.password);
  const version = await readVersion(files.cluster);
  if (version === null) await makeCluster(files.cluster, password, account, binaries);
  if (version !== null && version !== MAJOR)
    throw new Error(
      `${files.cluster} holds files of PostgreSQL ${version}, but the embedded one is ${MAJOR}; move them with pg_upgrade, or set DATABASE_URL to a PostgreSQL of your own`,
    );
  return password;
}

async function readOrMakePassword(file: string): Promise<string> {
  try {
    // The first of two processes makes it; both then use the same one.
    await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}

async function readVersion(cluster: string): Promise<string | null> {
  try {
    return (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new Error(`cannot read ${cluster}; it may belong to another user`, { cause: error });
  }
}

async function makeCluster(
  cluster: string,
  password: string,
  account: Account,
  binaries: PostgresBinaries,
): Promise<void> {
  await removeAbandoned(cluster);
  const staging = await mkdtemp(`${cluster}.new-${process.pid}-`);
  const made = path.join(staging, 'cluster');
  const passwordFile = path.join(staging, 'password');
  try {
    await mkdir(made, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await chmod(staging, 0o711);
    if (account.kind === 'other')
      for (const file of [made, passwordFile]) await chown(file, account.uid, account.gid);
    await initialise(made, passwordFile, account, binaries);
    await rename(made, cluster).catch((error: unknown) => {
      // Another process was faster; its cluster has the same password.
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What a process left that died while it made a cluster. */
async function removeAbandoned(cluster: string): Promise<void> {
  const folder = path.dirname(cluster);
  const prefix = `${path.basename(cluster)}.new-`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (!isAlive(pid)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function initialise(
  cluster: string,
  passwordFile: string,
  account: Account,
  binaries: PostgresBinaries,
): Promise<void> {
  const args = ['-D', cluster, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const child = spawnAs(
    account,
    binaries.initdb,
    [...args, '-E', 'UTF8', '--no-locale', '--no-instructions'],
    { env: binaries.env, output: 'pipe' },
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('initdb could not be started', { cause })));
    child.once('close', (code) => {
      if (code === 0) return resolve();
      return reject(new Error(`initdb ended with status ${code}: ${output.trim().slice(-2000)}`));
    });
  });
}

/** True while a process of that id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
