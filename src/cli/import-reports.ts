import { userInfo } from 'node:os';
import { z } from 'zod';
import type { IngestMessage, Ingested } from '../workflows/ingest-message.js';
import type { Arrival } from '../workflows/read-arrival.js';
import { listFiles, type ListedFile } from './list-files.js';
import { mailsOf, type FoundMail } from './mail-files.js';
import { openIntake } from './open-intake.js';
import { ProgressLine } from './progress-line.js';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, type ExitStatus, type Terminal } from './terminal.js';

/** Takes mails and files in; answers in their order what became of each, and of each report in it. */
interface Intake {
  take(mails: readonly FoundMail[]): Promise<readonly Ingested[]>;
  close(): Promise<void>;
}

/** Mails of one transaction. */
const BATCH_MAILS = 250;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Bytes of one mail or file; a mailbox file may be larger. */
const LARGEST_MAIL = 25 * 1024 * 1024;

const Taken = z.object({
  outcome: z.enum(['report', 'tls-report', 'failure-report', 'not-a-report', 'unreadable']),
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
  const take = async ({ name, bytes }: FoundMail): Promise<Ingested> => {
    const path = `/v1/reports?name=${encodeURIComponent(name.slice(-300))}`;
    try {
      return await askService(service, { method: 'POST', path, body: bytes }, Taken);
    } catch (error) {
      if (!(error instanceof CommandError) || error.status !== 1) throw error;
      return { outcome: 'not-a-report', reason: error.message, reports: [] };
    }
  };
  return {
    async take(mails) {
      const taken: Ingested[] = [];
      for (const mail of mails) taken.push(await take(mail));
      return taken;
    },
    close: async () => {},
  };
}

async function localIntake(terminal: Terminal): Promise<Intake> {
  const opened = await openIntake(terminal);
  const vouchedBy = `${userInfo().username} (import)`;
  return {
    take: (mails) =>
      ingestAll(
        opened.ingest,
        mails.map((mail) => arrivalOf(mail, vouchedBy)),
      ),
    close: () => opened.close(),
  };
}

function arrivalOf({ name, bytes }: FoundMail, vouchedBy: string): Arrival {
  const receivedAt = Date.now();
  return { origin: 'import', folder: null, name, position: null, receivedAt, bytes, vouchedBy, mailId: null };
}

/** In one transaction; where that fails one by one, so that it is told which of them is to blame. */
async function ingestAll(ingest: IngestMessage, arrivals: readonly Arrival[]): Promise<readonly Ingested[]> {
  const together = await ingest.runAll(arrivals).catch(() => null);
  if (together !== null) return together;
  const ingested: Ingested[] = [];
  for (const arrival of arrivals) {
    try {
      ingested.push(await ingest.run(arrival));
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      throw new CommandError(`${harmless(arrival.name)} can't be stored: ${reason}`, 2, { cause: error });
    }
  }
  return ingested;
}

function describe(file: string, taken: Ingested): string {
  if (taken.outcome !== 'report') return `${harmless(file)}: ${harmless(taken.reason ?? 'no report in it')}`;
  const parts = taken.reports.map((report) => `${report.storedAs} ${report.domain ?? report.reason ?? ''}`);
  return `${harmless(file)}: ${harmless(parts.join(', '))}`;
}

/**
 * Stores the reports of files, folders, Maildirs and mailbox files, vouched for by whoever runs this: into the database of
 * the settings, or through a running service. Once more, it stores nothing twice. 0 when everything gave a report, else 1.
 */
export async function importPaths(
  paths: readonly string[],
  service: ServiceAddress | null,
  terminal: Terminal,
): Promise<ExitStatus> {
  const files = await listFiles(paths);
  const intake = service === null ? await localIntake(terminal) : remoteIntake(service);
  const progress = new ProgressLine(terminal);
  let [mails, failed] = [0, 0];
  try {
    for await (const { batch, share } of batchesOf(files)) {
      const taken = await intake.take(batch);
      progress.clear();
      for (const [index, one] of taken.entries()) terminal.out(describe(batch[index]?.name ?? '', one));
      failed += taken.filter((one) => one.outcome !== 'report').length;
      mails += taken.length;
      progress.show(mails, Math.round(mails / share));
    }
  } finally {
    progress.clear();
    await intake.close();
  }
  terminal.err(`${mails - failed} of ${mails} mails and files gave reports`);
  return failed === 0 ? 0 : 1;
}

interface ImportBatch {
  readonly batch: readonly FoundMail[];
  /** How much of all bytes is read with it, above 0 and up to 1. */
  readonly share: number;
}

async function* batchesOf(files: readonly ListedFile[]): AsyncGenerator<ImportBatch> {
  const total = Math.max(
    1,
    files.reduce((sum, file) => sum + file.size, 0),
  );
  let batch: FoundMail[] = [];
  let [before, read, bytes] = [0, 0, 0];
  for (const file of files) {
    for await (const mail of mailsOf(file, LARGEST_MAIL)) {
      batch.push(mail);
      bytes += mail.bytes.length;
      read = before + mail.end;
      if (batch.length < BATCH_MAILS && bytes < BATCH_BYTES) continue;
      yield { batch, share: Math.min(1, Math.max(read / total, 1e-6)) };
      [batch, bytes] = [[], 0];
    }
    before += file.size;
  }
  if (batch.length > 0) yield { batch, share: 1 };
}
