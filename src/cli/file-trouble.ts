import { CommandError, harmless } from './terminal.js';

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, and a file is expected',
  ENOTDIR: 'part of its path is no folder',
  EACCES: 'you have no right to read it',
  EPERM: 'you have no right to read it',
  ELOOP: 'its links lead round in a circle',
  EMFILE: 'too many files are open at once',
};

/** Why a file can't be read, in words where the system's code has any. */
export function fileTrouble(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error) || typeof error.code !== 'string') return error.message;
  return TROUBLES[error.code] ?? error.code;
}

/** The error for people of a file, or folder, that can't be read. */
export function unreadableFile(name: string, error: unknown): CommandError {
  return new CommandError(`${harmless(name)} cannot be read: ${fileTrouble(error)}`, 2, { cause: error });
}
