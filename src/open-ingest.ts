import { DataSource } from 'typeorm';
import { adaptersOf } from './adapters.js';
import { loadConfig, type Surroundings } from './config/load-config.js';
import { dataSourceOptions, migrate } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence.repository.js';
import { openDatabase } from './service.js';
import { IngestMessage } from './workflows/ingest-message.js';

export interface OpenedIngest {
  readonly ingest: IngestMessage;
  close(): Promise<void>;
}

/** The intake of reports on the database of the settings, without a service around it. */
export async function openIngest(from: Partial<Surroundings>): Promise<OpenedIngest> {
  const config = loadConfig(from);
  const { unpacker, authenticator } = adaptersOf(config, { now: () => Date.now() });
  const database = await openDatabase(config);
  const dataSource = new DataSource(dataSourceOptions(database.url));
  const close = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.stop();
  };
  try {
    await migrate(dataSource);
  } catch (error) {
    await close();
    throw error;
  }
  return { ingest: new IngestMessage(unpacker, authenticator, new EvidenceRepository(dataSource)), close };
}
