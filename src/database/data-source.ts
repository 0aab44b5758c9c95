import type { DataSource, DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import { AuditSchema } from './audit.schema.js';
import { DispatchSchema } from './dispatch.schema.js';
import { DomainSchema } from './domain.schema.js';
import { IdempotencyKeySchema } from './idempotency-key.schema.js';
import { MailSchema, MailboxPositionSchema } from './evidence/mail.schema.js';
import { ReportSchema } from './evidence/report.schema.js';
import { SourceDecisionSchema } from './source-decision.schema.js';

/** First number of an advisory lock of ours; the second says what it guards. */
const MIGRATION_LOCK = 0x646d_6172;

/** Settings of the TypeORM data source. `onError` hears of connections that break while they lie idle. */
export function dataSourceOptions(
  url: string,
  onError: (error: unknown) => void = () => {},
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    applicationName: 'dmarc-ratchet',
    synchronize: false,
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migration',
    entities: [
      AuditSchema,
      DispatchSchema,
      DomainSchema,
      IdempotencyKeySchema,
      MailSchema,
      MailboxPositionSchema,
      ReportSchema,
      SourceDecisionSchema,
    ],
    poolErrorHandler: onError,
    connectTimeoutMS: 10_000,
    extra: { max: 10 },
  };
}

/**
 * Brings the tables up to date; connects first when that is still to be done. Any number of processes may call it at
 * once: TypeORM takes no lock of its own, so all but the first of them would fail.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  if (!dataSource.isInitialized) await dataSource.initialize();
  const side = dataSource.createQueryRunner();
  try {
    await side.query('select pg_advisory_lock($1, 0)', [MIGRATION_LOCK]);
    try {
      await dataSource.runMigrations({ transaction: 'all' });
    } finally {
      await side.query('select pg_advisory_unlock($1, 0)', [MIGRATION_LOCK]);
    }
  } finally {
    await side.release();
  }
}
