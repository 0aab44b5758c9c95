import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { adaptersOf } from './adapters.js';
import { loadConfig, type Surroundings } from './config/load-config.js';
import { dataSourceOptions, migrate } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence/evidence.repository.js';
import { JsonLogger } from './json-logger.js';
import type { WakeUp } from './ports/wake-up.js';
import { CREDENTIAL_SOURCES } from './providers/registry.js';
import { reportLimits } from './report-limits.js';
import { openDatabase } from './service.js';
import { IngestMessage } from './workflows/ingest-message.js';
import { RecoverMail } from './workflows/recover-mail.js';
import { ReprocessMail, type Reprocessed } from './workflows/reprocess-mail.js';

export interface OpenedIngest {
  readonly ingest: IngestMessage;
  reprocess(): Promise<Reprocessed>;
  close(): Promise<void>;
}

/** There is no queue here; the service evaluates what is new when it runs the next time. */
const NOBODY: WakeUp = { wake: async () => {} };

/** The intake of reports on the database of the settings, without a service around it. */
export async function openIngest(from: Partial<Surroundings>): Promise<OpenedIngest> {
  const config = loadConfig({ ...from, credentials: CREDENTIAL_SOURCES });
  Logger.overrideLogger(new JsonLogger('warn')); // stdout is for results
  const clock = { now: () => Date.now() };
  const { unpacker, authenticator, mailboxes } = adaptersOf(config, clock);
  const database = await openDatabase(config);
  const dataSource = new DataSource(dataSourceOptions(database.url));
  const close = async (): Promise<void> => {
    await Promise.all(mailboxes.names().map((name) => mailboxes.get(name).close()));
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.stop();
  };
  try {
    await migrate(dataSource);
  } catch (error) {
    await close();
    throw error;
  }
  const evidence = new EvidenceRepository(dataSource);
  const ingest = new IngestMessage(unpacker, authenticator, evidence, reportLimits(config));
  const reprocessing = new ReprocessMail(
    evidence,
    ingest,
    new RecoverMail(mailboxes, evidence),
    NOBODY,
    clock,
  );
  return { ingest, reprocess: () => reprocessing.run(), close };
}
