import type { FeedbackOutput } from './feedback-builder.js';
import { MOST_HELD_BACK, MOST_REASONS, MOST_TEXT_HELD_BACK, ReportRefused } from './limits.js';
import type { DroppedRow, ReportHead, ReportRecord, ReportTotals } from './report.js';

/** Takes the records of one report, in their order. */
export interface RecordSink {
  /** Once, before the first record; also when there are none. */
  open(head: ReportHead): void;
  take(record: ReportRecord): void;
}

/** What one reading of a report gives: counted, and handed on or held back. */
export class ReportGathering implements FeedbackOutput {
  private sink: RecordSink | null = null;
  private held: ReportRecord[] = [];
  private heldText = 0;
  private messages = 0;
  private dkimPass = 0;
  private spfPass = 0;
  private dmarcPass = 0;
  records = 0;
  head: ReportHead | null = null;
  dropped = 0;
  readonly firstDropped: DroppedRow[] = [];

  get totals(): ReportTotals {
    const { records, messages, dkimPass, spfPass, dmarcPass } = this;
    return { records, messages, dkimPass, spfPass, dmarcPass };
  }

  takeHead(head: ReportHead): void {
    this.head = head;
    this.handOver();
  }

  /** Throws ReportRefused when too many records come before the head. */
  takeRecord(record: ReportRecord): void {
    this.count(record);
    if (this.sink !== null && this.head !== null) {
      this.sink.take(record);
      return;
    }
    if (this.held.length === MOST_HELD_BACK) {
      throw new ReportRefused(`more than ${MOST_HELD_BACK} records come before what they are about`);
    }
    // Without a sink the document is a small one, which bounds them.
    if (this.sink !== null) this.heldText += JSON.stringify(record).length;
    if (this.heldText > MOST_TEXT_HELD_BACK) {
      throw new ReportRefused('records with too much text come before what they are about');
    }
    this.held.push(record);
  }

  drop(row: number, reason: string): void {
    this.dropped += 1;
    if (this.firstDropped.length < MOST_REASONS) this.firstDropped.push({ row, reason });
  }

  /** From now on records go to the sink, those held back first. */
  releaseTo(sink: RecordSink): void {
    this.sink = sink;
    this.handOver();
  }

  private handOver(): void {
    if (this.sink === null || this.head === null) return;
    this.sink.open(this.head);
    for (const record of this.held) this.sink.take(record);
    this.held = [];
  }

  private count({ count, dkim, spf }: ReportRecord): void {
    const isDkimPass = dkim === 'pass';
    const isSpfPass = spf === 'pass';
    this.records += 1;
    this.messages += count;
    if (isDkimPass) this.dkimPass += count;
    if (isSpfPass) this.spfPass += count;
    if (isDkimPass || isSpfPass) this.dmarcPass += count;
  }
}
