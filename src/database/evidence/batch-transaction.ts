import { Client } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { ROW_COLUMNS } from './copy-line.js';
import { TableCopy } from './table-copy.js';

/**
 * The transaction of one batch on a connection of its own, in which rows may be copied before anything else is done.
 * Ends with `commit` or `rollBack`, either of which gives the connection back.
 */
export class BatchTransaction {
  private copy: TableCopy | null = null;

  private constructor(
    private readonly runner: QueryRunner,
    readonly client: Client,
  ) {}

  /** Throws when there is no connection. */
  static async begin(dataSource: DataSource): Promise<BatchTransaction> {
    const runner = dataSource.createQueryRunner();
    try {
      const client: unknown = await runner.connect();
      if (!(client instanceof Client)) throw new Error('the data source is not on PostgreSQL');
      await client.query('begin');
      return new BatchTransaction(runner, client);
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  /** Starts a copy of rows, or goes on with the one that runs; no statement may be made before `endCopy`. */
  copyRows(): TableCopy {
    this.copy ??= new TableCopy(this.client, `report_row (${ROW_COLUMNS})`);
    return this.copy;
  }

  /** Throws when the rows could not be copied. */
  async endCopy(): Promise<void> {
    const { copy } = this;
    await copy?.end();
    this.copy = null;
  }

  /** Throws when the transaction could not be committed; then nothing of it is stored. */
  async commit(): Promise<void> {
    await this.client.query('commit');
    await this.runner.release();
  }

  /** In any state; never throws. A connection that doesn't obey is closed. */
  async rollBack(): Promise<void> {
    this.copy?.abort();
    try {
      await this.client.query('rollback');
    } catch {
      void this.client.end().catch(() => {});
    } finally {
      await this.runner.release();
    }
  }
}
