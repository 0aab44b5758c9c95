import type { DataSource } from 'typeorm';
import { storeFailure } from '../store-failure.js';
import { BatchTransaction } from './batch-transaction.js';

/** Ids that are fetched at once, and how few may be left before more are. */
const BLOCK = 1_000;
const FEW = 300;
/** Batches that may hold a connection while they are still being read; the others of the pool are for all else. */
const LONG_ONES = 4;

/** What the batches of one store share: ids of reports, and the connections. */
export class BatchIntake {
  private ids: string[] = [];
  private fetching: Promise<void> | null = null;
  private longOnes = 0;
  private waiters: (() => void)[] = [];

  constructor(private readonly dataSource: DataSource) {}

  /**
   * An id that nobody else has, mostly without asking the database: rows must carry it before their report itself is
   * stored. Throws as storing does.
   */
  async nextReportId(): Promise<string> {
    for (;;) {
      const id = this.ids.pop();
      const more = this.ids.length < FEW ? this.fetchMore() : null;
      if (id !== undefined) return id;
      await more;
    }
  }

  /** The transaction of a batch that is read to its end. */
  begin(): Promise<BatchTransaction> {
    return BatchTransaction.begin(this.dataSource);
  }

  /**
   * The transaction of a batch that is still being read, which may take long and need another connection meanwhile:
   * such batches wait for each other before they have one. Each ends with `endLong`.
   */
  async beginLong(): Promise<BatchTransaction> {
    while (this.longOnes >= LONG_ONES) await new Promise<void>((resolve) => this.waiters.push(resolve));
    this.longOnes += 1;
    try {
      return await this.begin();
    } catch (error) {
      this.endLong();
      throw error;
    }
  }

  endLong(): void {
    this.longOnes -= 1;
    this.waiters.shift()?.();
  }

  private fetchMore(): Promise<void> {
    this.fetching ??= this.fetch();
    // Who fetches ahead doesn't wait; who must wait asks again and hears of it.
    this.fetching.catch(() => {});
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      const rows = await this.dataSource.query<{ readonly id: string }[]>(
        `select nextval('report_id_seq')::text as id from generate_series(1, $1)`,
        [BLOCK],
      );
      this.ids = [...rows.map((row) => row.id).toReversed(), ...this.ids];
    } catch (cause) {
      throw storeFailure(cause);
    } finally {
      this.fetching = null;
    }
  }
}
