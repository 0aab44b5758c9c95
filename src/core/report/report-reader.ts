import { DEFAULT_REPORT_LIMITS, type ReportLimits } from './limits.js';
import { reasonAgainst } from './refuse-unread.js';
import { rejected, type ReadEnd } from './report-end.js';
import type { RecordSink } from './report-gathering.js';
import { ParsedReading, WalkReading, type ReportReading } from './report-reading.js';

export type { ReportLimits } from './limits.js';
export { withLoss, type ReadEnd } from './report-end.js';
export type { RecordSink } from './report-gathering.js';

/** Characters. Documents up to here are kept until they are read, so that what is damaged can be read in another way. */
const SMALL = 24_000;
/** Characters that are gathered before they are read, since each beginning in the middle of something costs. */
const PIECE = 16_384;
const FEEDBACK = /<(?:[\w.-]{1,100}:)?feedback(?=[\s/>])/;

/**
 * Reads an aggregate report (RFC 9990 3.1, or RFC 7489 7.2 and appendix C), with any namespace or none, as its text
 * comes. Tolerant of what reporters really write: rows that can't be read are dropped and counted, and what is readable
 * of a damaged document is kept; both make it `partial`. Where another report follows, its text is given as `rest`, for a
 * reader of its own. Keeps no more of a document than its first 24,000 characters and the piece that is read. The reasons
 * are for people.
 */
export class ReportReader {
  private waiting = '';
  private isLarge = false;
  private refusal: string | null = null;
  /** What there is was read in another way than piece by piece, which tells of what follows. */
  private isReadOtherwise = false;
  private readonly reading: WalkReading;

  constructor(
    private readonly sink: RecordSink,
    private readonly limits: ReportLimits = DEFAULT_REPORT_LIMITS,
  ) {
    this.reading = new WalkReading(limits, 'is read by the next');
  }

  /** The next piece of text, of any length. Throws nothing but what the sink throws. */
  push(text: string): void {
    if (this.isOver) return;
    this.waiting += text;
    if (this.waiting.length <= (this.isLarge ? PIECE : SMALL)) return;
    const piece = this.waiting;
    this.waiting = '';
    if (!this.isLarge) this.begin(piece);
    if (this.refusal === null) this.reading.feed(piece);
  }

  /** Nothing more is wanted. Told of large documents only: small ones are read at their end. */
  get isOver(): boolean {
    return this.refusal !== null || this.reading.isOver;
  }

  /**
   * The text from where another report begins that follows this one, as far as it has come: what is pushed later belongs
   * to it too. Null when none does. Of small documents it is known after `end`.
   */
  get rest(): string | null {
    return this.refusal !== null || this.isReadOtherwise ? null : this.reading.rest;
  }

  /** What came of it. Where it was rejected, what the sink has taken is to be thrown away. */
  end(): ReadEnd {
    const rest = this.waiting;
    this.waiting = '';
    if (this.isLarge) return this.refusal === null ? this.reading.end(rest) : rejected(this.refusal);
    const refusal = reasonAgainst(rest);
    return refusal === null ? this.readSmall(rest) : rejected(refusal);
  }

  /** The document is too large to be kept, and goes the straight way from here on. */
  private begin(start: string): void {
    this.isLarge = true;
    this.refusal = reasonAgainst(start);
    this.reading.gathering.releaseTo(this.sink);
  }

  /** Records are held back until it is known which way of reading saves the most. */
  private readSmall(xml: string): ReadEnd {
    let best: ReportReading = this.reading;
    let end = best.end(xml);
    for (const other of this.otherReadings(xml)) {
      const otherEnd = other.end('');
      if (savedBy(otherEnd) <= savedBy(end)) continue;
      best = other;
      end = otherEnd;
    }
    this.isReadOtherwise = best !== this.reading;
    if (end.status !== 'rejected') best.gathering.releaseTo(this.sink);
    return end;
  }

  private otherReadings(xml: string): readonly ReportReading[] {
    // The parser would read a document type, and take no notice of what was overwritten.
    if (this.reading.isIntact || /<!(?:DOCTYPE|ENTITY)|\0/i.test(xml)) return [];
    if (this.reading.hasBegun) return [new ParsedReading(xml, this.limits)];
    const start = FEEDBACK.exec(xml);
    if (start === null) return [];
    // It is hidden by the start of a comment that never ends.
    const fromFeedback = new WalkReading(this.limits);
    fromFeedback.feed(xml.slice(start.index));
    return [fromFeedback];
  }
}

function savedBy(end: ReadEnd): number {
  return end.status === 'rejected' ? -1 : end.totals.records;
}
