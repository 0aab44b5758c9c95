import type { Day } from '../../core/instant.js';
import type { ReportHead } from '../../core/report/report.js';
import {
  IntakeBatch,
  type CarriedRows,
  type Delivery,
  type IncomingReport,
  type StoredDelivery,
} from '../../ports/evidence-store.js';
import { storeFailure } from '../store-failure.js';
import { BatchTransaction } from './batch-transaction.js';
import type { BatchIntake } from './batch-intake.js';
import { keptBy, PackedRows, type RowPlace, type RowSink } from './packed-rows.js';
import { storeBatch } from './store-batch.js';

/** Bytes of lines that may lie in memory before the database gets them, long before it is known what they belong to. */
const SPILL = 1024 * 1024;

/**
 * Mails on their way into PostgreSQL. Small reports wait in memory and cost nothing until they are stored. Beyond some
 * size a transaction is begun and their rows are copied while the caller goes on reading. What goes wrong meanwhile is
 * told by `store`: reading must not take a broken connection for a broken report.
 */
export class PostgresBatch extends IntakeBatch implements RowSink {
  private readonly packed: PackedRows[] = [];
  private heldBytes = 0;
  private transaction: BatchTransaction | null = null;
  private spilling: Promise<void> | null = null;
  private spillFailure: unknown = null;
  private isLong = false;
  /** Asked to store or to abandon. */
  private hasEnded = false;
  /** Where lines go: into memory, to the database, nowhere. */
  private state: 'open' | 'spilled' | 'closed' = 'open';

  constructor(private readonly intake: BatchIntake) {
    super();
  }

  async openRows(head: ReportHead, day: Day | null): Promise<PackedRows> {
    const reportId = await this.intake.nextReportId();
    return this.open({ reportId, day, keptBy: keptBy(head, day) });
  }

  reserve(reports: number): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: reports }, () => this.intake.nextReportId()));
  }

  takeIn({ lines, ...place }: CarriedRows): PackedRows {
    const rows = this.open(place);
    if (lines.length > 0) this.take(rows, Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength));
    return rows;
  }

  take(rows: PackedRows, chunk: Buffer): void {
    if (this.state === 'closed' || this.spillFailure !== null) return;
    if (this.state === 'spilled' && this.transaction !== null) {
      rows.isSpilled = true;
      this.transaction.copyRows().push(chunk);
      return;
    }
    rows.chunks.push(chunk);
    this.heldBytes += chunk.length;
  }

  async drained(): Promise<void> {
    if (this.heldBytes > SPILL && this.state === 'open') {
      this.spilling ??= this.spill();
      await this.spilling;
    }
    if (this.state === 'spilled') await this.transaction?.copyRows().drained();
  }

  async store(deliveries: readonly Delivery[]): Promise<readonly StoredDelivery[]> {
    const transaction = await this.close();
    try {
      if (this.spillFailure !== null) throw this.spillFailure;
      const open = transaction ?? (this.transaction = await this.intake.begin());
      await open.endCopy();
      const stored = await storeBatch(
        {
          client: open.client,
          rowsOf: (incoming) => this.rowsOf(incoming),
          copyRows: (wanted) => this.copyWanted(open, wanted),
        },
        deliveries,
      );
      await open.commit();
      return stored;
    } catch (cause) {
      await this.transaction?.rollBack();
      throw storeFailure(cause);
    } finally {
      this.forget();
    }
  }

  async abandon(): Promise<void> {
    if (this.hasEnded) return;
    const transaction = await this.close();
    await transaction?.rollBack();
    this.forget();
  }

  private open(place: RowPlace): PackedRows {
    if (this.hasEnded) throw new Error('the batch has ended');
    this.packed.at(-1)?.flush();
    const rows = new PackedRows(this, place);
    this.packed.push(rows);
    return rows;
  }

  private forget(): void {
    this.state = 'closed';
    this.packed.length = 0;
    if (this.isLong) this.intake.endLong();
    this.isLong = false;
  }

  private async close(): Promise<BatchTransaction | null> {
    if (this.hasEnded) throw new Error('the batch has ended');
    this.hasEnded = true;
    await this.spilling;
    for (const rows of this.packed) rows.flush();
    return this.transaction;
  }

  /** Never throws: what went wrong is told by `store`. */
  private async spill(): Promise<void> {
    try {
      this.transaction = await this.intake.beginLong();
    } catch (error) {
      this.spillFailure = error;
      this.packed.length = 0;
      return;
    }
    this.isLong = true;
    this.state = 'spilled';
    const copy = this.transaction.copyRows();
    for (const rows of this.packed) {
      for (const chunk of rows.chunks) copy.push(chunk);
      rows.isSpilled = rows.chunks.length > 0;
      rows.chunks.length = 0;
    }
    this.heldBytes = 0;
  }

  private rowsOf({ rows }: IncomingReport): PackedRows {
    if (!(rows instanceof PackedRows) || rows.sink !== this)
      throw new Error('the rows of a report belong to another batch');
    if (rows.isDiscarded) throw new Error('the rows of a report were discarded');
    return rows;
  }

  /** Copies what is wanted and still here, and deletes what is at the database and not wanted. */
  private async copyWanted(transaction: BatchTransaction, wanted: readonly PackedRows[]): Promise<void> {
    for (const rows of wanted) {
      for (const chunk of rows.chunks) transaction.copyRows().push(chunk);
      rows.chunks.length = 0;
    }
    await transaction.endCopy();
    const known = new Set(wanted);
    const unwanted = this.packed.filter((rows) => rows.isSpilled && !known.has(rows));
    if (unwanted.length === 0) return;
    await transaction.client.query(DELETE_ROWS, [
      unwanted.map((rows) => rows.reportId),
      unwanted.map((rows) => rows.keptBy),
    ]);
  }
}

const DELETE_ROWS = `
  delete from report_row row using unnest($1::bigint[], $2::date[]) as unwanted (report_id, day)
   where row.report_id = unwanted.report_id and row.day = unwanted.day`;
