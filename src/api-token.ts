import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashToken, type AccessToken } from './config/access-token.js';
import type { Config } from './config/config.js';
import { tokenFileIn } from './config/load-config.js';

export interface Access {
  readonly tokens: readonly AccessToken[];
  /** The file that holds a token of our own making; null when the settings name tokens. */
  readonly file: string | null;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Who may use the API: the tokens of the settings, else one generated once into DATA_DIR, readable by its owner. */
export async function accessOf(config: Config): Promise<Access> {
  if (config.tokens.length > 0) return { tokens: config.tokens, file: null };
  const file = tokenFileIn(config.dataDir);
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const token = (await readFile(file, 'utf8')).trim();
  return { tokens: [{ name: 'api-token', role: 'admin', sha256: hashToken(token) }], file };
}
