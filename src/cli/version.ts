import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** Beside `src`, and beside `dist` once it is built. */
const PLACES = ['../../package.json', '../../../package.json'];

/** The version of this package, as its package.json has it. */
export function ownVersion(): string {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place));
  if (file === undefined) return 'unknown';
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
