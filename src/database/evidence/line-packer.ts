import type { Day } from '../../core/instant.js';
import type { ReportHead } from '../../core/report/report.js';
import { PackerFull, RowPacker, type CarriedRows, type ReportRows } from '../../ports/evidence-store.js';
import { keptBy, PackedRows, type RowSink } from './packed-rows.js';

/** Bytes of lines that one packer holds: a batch is small mail, and rows lie twice in memory on their way. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Packs the rows of reports into lines for COPY, under ids that a batch has reserved. Needs no database. */
export class LinePacker extends RowPacker implements RowSink {
  private readonly ids: string[];
  private bytes = 0;
  private last: PackedRows | null = null;
  /** What was added is to be given: the ends of reports still come in. */
  private isClosed = false;

  constructor(ids: readonly string[]) {
    super();
    this.ids = [...ids];
  }

  async openRows(head: ReportHead, day: Day | null): Promise<PackedRows> {
    if (this.bytes > MOST_BYTES) throw new PackerFull('more rows than fit');
    const reportId = this.ids.pop();
    if (reportId === undefined) throw new PackerFull('more reports than ids');
    this.last?.flush();
    this.last = new PackedRows(this, { reportId, day, keptBy: keptBy(head, day) });
    return this.last;
  }

  take(rows: PackedRows, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > MOST_BYTES && !this.isClosed) throw new PackerFull('more rows than fit');
    rows.chunks.push(chunk);
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  /** All lines lie in one buffer, to be moved between threads as a whole. */
  carried(all: readonly ReportRows[]): readonly CarriedRows[] {
    this.isClosed = true;
    const packed = all.map((rows) => this.ofThis(rows));
    const whole = new Uint8Array(packed.reduce((sum, { chunks }) => sum + bytesIn(chunks), 0));
    let end = 0;
    return packed.map(({ reportId, day, keptBy: kept, chunks }) => {
      const start = end;
      for (const chunk of chunks) {
        whole.set(chunk, end);
        end += chunk.length;
      }
      return { reportId, day, keptBy: kept, lines: whole.subarray(start, end) };
    });
  }

  private ofThis(rows: ReportRows): PackedRows {
    if (!(rows instanceof PackedRows) || rows.sink !== this)
      throw new Error('the rows of a report belong to another packer');
    rows.flush();
    return rows;
  }
}

function bytesIn(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
