import { dayOf, type Day } from '../../core/instant.js';
import type { Judgement } from '../../core/evidence/judge-record.js';
import type { ReportHead, ReportRecord } from '../../core/report/report.js';
import { ReportRows } from '../../ports/evidence-store.js';
import { copyLine } from './copy-line.js';

/** Characters of text that become a buffer at once. */
const CHUNK = 32 * 1024;

/** Where packed rows go. */
export interface RowSink {
  take(rows: PackedRows, chunk: Buffer): void;
  drained(): Promise<void>;
}

/** What the rows of a report belong to. */
export interface RowPlace {
  readonly reportId: string;
  /** The day that the report is about. */
  readonly day: Day | null;
  /** The day by which its rows are kept. */
  readonly keptBy: Day;
}

/** The day by which the rows of a report are kept, also when it is not about a single day. */
export function keptBy(head: ReportHead, day: Day | null): Day {
  return day ?? dayOf(head.begin * 1000);
}

/** The records of one report as lines for COPY. */
export class PackedRows extends ReportRows {
  /** Lines that still lie in memory; a sink may take them away. */
  readonly chunks: Buffer[] = [];
  /** Some lines are at the database already: if they are not wanted, they must be deleted there. */
  isSpilled = false;
  isDiscarded = false;
  readonly reportId: string;
  readonly day: Day | null;
  readonly keptBy: Day;
  private ordinal = 0;
  private text = '';

  constructor(
    readonly sink: RowSink,
    place: RowPlace,
  ) {
    super();
    this.reportId = place.reportId;
    this.day = place.day;
    this.keptBy = place.keptBy;
  }

  add(record: ReportRecord, judgement: Judgement): void {
    if (this.isDiscarded) return;
    this.ordinal += 1;
    this.text += copyLine(
      { reportId: this.reportId, day: this.keptBy, ordinal: this.ordinal },
      record,
      judgement,
    );
    if (this.text.length >= CHUNK) this.flush();
  }

  drained(): Promise<void> {
    return this.sink.drained();
  }

  discard(): void {
    this.isDiscarded = true;
    this.text = '';
    this.chunks.length = 0;
  }

  /** Hands over what is packed. */
  flush(): void {
    if (this.text === '') return;
    this.sink.take(this, Buffer.from(this.text));
    this.text = '';
  }
}
