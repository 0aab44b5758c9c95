import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { createDatabase } from '../lab/postgres.js';

export interface MigratedDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

/** A database of its own with all tables, and a data source on it. */
export async function openMigratedDatabase(): Promise<MigratedDatabase> {
  const database = await createDatabase();
  const dataSource = new DataSource(dataSourceOptions(database.url));
  await migrate(dataSource);
  return {
    url: database.url,
    dataSource,
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
