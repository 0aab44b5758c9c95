import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, harmless } from './terminal.js';

/** The files that paths stand for, folders with all below them, in the order of their names. Throws a CommandError. */
export async function listFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const given of paths) {
    const found = await stat(given).catch((error: unknown) => {
      throw new CommandError(`${harmless(given)} cannot be read`, 2, { cause: error });
    });
    files.push(...(found.isDirectory() ? await filesBelow(given) : [given]));
  }
  return files;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
