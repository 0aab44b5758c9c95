import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '../../src/database/data-source.js';
import { createDatabase } from '../lab/postgres.js';

export interface MigratedDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  /** Empties what mail has brought: mails, reports, and the numbers counted from them. */
  forgetMail(): Promise<void>;
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
    forgetMail: async () => {
      await dataSource.query(
        'truncate mail, mail_bundle, mailbox_position, report, report_row, daily_rollup, reporter_day cascade',
      );
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
