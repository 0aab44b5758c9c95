import { ConfigError } from '../config/problems.js';
import type { OpenedIngest } from '../open-ingest.js';
import { CommandError, type Terminal } from './terminal.js';

/** The intake on the database of the settings. Throws a ConfigError for wrong settings, a CommandError without a database. */
export async function openIntake(terminal: Terminal): Promise<OpenedIngest> {
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
