import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { unreadableFile } from './file-trouble.js';

/** A file and its size in bytes. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
}

/**
 * The files that paths stand for, folders with all below them, in the order of their names. Of a Maildir the mail alone:
 * what is still being delivered (`tmp`) and what servers keep beside it is left out. Links to files are followed, links
 * to folders aren't. Throws a CommandError for a path that can't be read.
 */
export async function listFiles(paths: readonly string[]): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  for (const given of paths) {
    const found = await stat(given).catch((error: unknown) => {
      throw unreadableFile(given, error);
    });
    if (found.isDirectory()) files.push(...(await filesBelow(given)));
    else files.push({ path: given, size: found.size });
  }
  return files;
}

async function filesBelow(folder: string): Promise<readonly ListedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const maildirs = new Set(
    entries.filter((it) => it.isDirectory() && it.name === 'cur').map((it) => it.parentPath),
  );
  const candidates = entries
    .filter((it) => !it.isDirectory() && !isBesideMail(it.parentPath, maildirs))
    .map((it) => path.join(it.parentPath, it.name))
    .sort();
  const files: ListedFile[] = [];
  for (const candidate of candidates) {
    const found = await stat(candidate).catch(() => null); // gone meanwhile, or a link to nothing
    if (found?.isFile() === true) files.push({ path: candidate, size: found.size });
  }
  return files;
}

/** In a Maildir mail lies in `new` and `cur` only. */
function isBesideMail(parent: string, maildirs: ReadonlySet<string>): boolean {
  if (maildirs.has(parent)) return true;
  return path.basename(parent) === 'tmp' && maildirs.has(path.dirname(parent));
}
