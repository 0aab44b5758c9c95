import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { ConfigError } from '../config/problems.js';
import type { Ingested } from '../workflows/ingest-message.js';
import { listFiles } from './list-files.js';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, type ExitStatus, type Terminal } from './terminal.js';

/** Takes one file in; `reports` says what became of each report in it. */
interface Intake {
  take(file: string, bytes: Uint8Array): Promise<Pick<Ingested, 'outcome' | 'reason' | 'reports'>>;
  close(): Promise<void>;
}

const Taken = z.object({
  outcome: z.enum(['report', 'not-a-report']),
  reason: z.string().nullable(),
  reports: z.array(
    z.object({
      inner: z.string(),
      id: z.string().nullable(),
      storedAs: z.enum(['new', 'duplicate', 'sibling', 'rejected']),
      domain: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});

function remoteIntake(service: ServiceAddress): Intake {
  return {
    async take(file, body) {
      const path = `/v1/reports?name=${encodeURIComponent(file.slice(-300))}`;
      try {
        return await askService(service, { method: 'POST', path, body }, Taken);
      } catch (error) {
        if (!(error instanceof CommandError) || error.status !== 1) throw error;
        return { outcome: 'not-a-report', reason: error.message, reports: [] };
      }
    },
    close: async () => {},
  };
}

async function localIntake(terminal: Terminal): Promise<Intake> {
  // Only here: the other commands start without a database's libraries.
  const { openIngest } = await import('../open-ingest.js');
  const opened = await openIngest(terminal).catch((error: unknown) => {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new CommandError(`no database: ${reason}. Beside a running service use --url`, 2, { cause: error });
  });
  const vouchedBy = `${userInfo().username} (import)`;
  return {
    take: (file, bytes) =>
      opened.ingest.run({
        origin: 'import',
        name: file,
        position: null,
        receivedAt: Date.now(),
        bytes,
        vouchedBy,
      }),
    close: () => opened.close(),
  };
}

function describe(file: string, taken: Pick<Ingested, 'outcome' | 'reason' | 'reports'>): string {
  if (taken.outcome === 'not-a-report')
    return `${harmless(file)}: ${harmless(taken.reason ?? 'no report in it')}`;
  const parts = taken.reports.map((report) => `${report.storedAs} ${report.domain ?? report.reason ?? ''}`);
  return `${harmless(file)}: ${harmless(parts.join(', '))}`;
}

/**
 * Stores the reports of files and folders, vouched for by whoever runs this: into the database of the settings, or
 * through a running service. 0 when every file gave a report, else 1.
 */
export async function importPaths(
  paths: readonly string[],
  service: ServiceAddress | null,
  terminal: Terminal,
): Promise<ExitStatus> {
  const files = await listFiles(paths);
  const intake = service === null ? await localIntake(terminal) : remoteIntake(service);
  let failed = 0;
  try {
    for (const file of files) {
      const taken = await intake.take(file, await readFile(file));
      if (taken.outcome === 'not-a-report') failed += 1;
      terminal.out(describe(file, taken));
    }
  } finally {
    await intake.close();
  }
  terminal.err(`${files.length - failed} of ${files.length} files gave reports`);
  return failed === 0 ? 0 : 1;
}
