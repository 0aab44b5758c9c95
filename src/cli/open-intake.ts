import { setFlagsFromString } from 'node:v8';
import { ConfigError } from '../config/problems.js';
import type { OpenedIngest } from '../open-ingest.js';
import { CommandError, type Terminal } from './terminal.js';

/**
 * Per cent by which the heap may grow before it is tidied up: large reports leave much behind, and V8, which sees much
 * free memory, would let it lie until it is hundreds of megabytes. Costs some per cent of the time.
 */
const HEAP_GROWTH = 40;

/** The intake on the database of the settings. Throws a ConfigError for wrong settings, a CommandError without a database. */
export async function openIntake(terminal: Terminal): Promise<OpenedIngest> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  // Only here: the other commands start without a database's libraries.
  const { openIngest } = await import('../open-ingest.js');
  try {
    return await openIngest(terminal);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new CommandError(`no database: ${reason}. Beside a running service use --url`, 2, { cause: error });
  }
}
