import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; this says as whom its programs run instead. */
export type Account =
  | { readonly kind: 'same' }
  | { readonly kind: 'user-namespace' }
  | { readonly kind: 'other'; readonly uid: number; readonly gid: number };

const NAMESPACE = ['--user', '--map-user=65534', '--map-group=65534', '--'];

/**
 * Chooses the account for a cluster directory that may not exist yet. Root and users without a name get a user
 * namespace where the kernel allows one: it works below a directory that only root may enter, and all files stay
 * root's. Else root hands over to `postgres` or `nobody`. Throws when neither can be done.
 */
export async function chooseAccount(clusterDir: string): Promise<Account> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !isNameless()) return { kind: 'same' };
  const owner = await stat(clusterDir).catch(() => null);
  // A cluster made by another account stays that account's: inside a namespace its files could not be read.
  if (isRoot && owner !== null && owner.uid !== 0) return { kind: 'other', uid: owner.uid, gid: owner.gid };
  if (await isNamespaceAllowed()) return { kind: 'user-namespace' };
  if (isRoot) return unprivilegedAccount();
  throw new Error(
    'the embedded PostgreSQL needs a user that the system knows by name, or permission for user namespaces; set DATABASE_URL to a PostgreSQL of your own',
  );
}

function isNameless(): boolean {
  try {
    os.userInfo();
    return false;
  } catch {
    return true; // as in `docker run --user 12345`
  }
}

async function isNamespaceAllowed(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return run('unshare', [...NAMESPACE, 'true']).then(
    () => true,
    () => false,
  );
}

async function unprivilegedAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null);
    if (ids === null) continue;
    return { kind: 'other', uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no account postgres or nobody to use instead',
  );
}

/** Starts a program as that account, detached: Ctrl-C in a terminal must not reach the database before us. */
export function spawnAs(
  account: Account,
  program: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly output: number | 'pipe';
  },
): ChildProcess {
  const inNamespace = account.kind === 'user-namespace';
  return spawn(inNamespace ? 'unshare' : program, inNamespace ? [...NAMESPACE, program, ...args] : args, {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', LANG: 'C', TZ: 'UTC', ...options.env },
    stdio: ['ignore', options.output, options.output],
    ...(account.kind === 'other' ? { uid: account.uid, gid: account.gid } : {}),
  });
}
