import { FeedbackBuilder } from './feedback-builder.js';
import { MOST_STRAYS_WITHOUT_RECORDS, ReportRefused, type ReportLimits } from './limits.js';
import { parseFeedback } from './parse-feedback.js';
import { NO_FEEDBACK } from './refuse-unread.js';
import { endOf, rejected, type ReadEnd } from './report-end.js';
import { ReportGathering } from './report-gathering.js';
import { FeedbackWalk } from './walk-feedback.js';

/** One way to read a document: what it gathered, and what to say of it. */
export interface ReportReading {
  readonly gathering: ReportGathering;
  /** Reads the rest of the document and ends. */
  end(rest: string): ReadEnd;
}

/** Reads a document piece by piece, by the walk. */
export class WalkReading implements ReportReading {
  readonly gathering = new ReportGathering();
  private readonly builder: FeedbackBuilder;
  private readonly walk: FeedbackWalk;
  private refusal: string | null = null;

  /** `another`: what to say of another report that follows. */
  constructor(
    limits: ReportLimits,
    private readonly another: 'is told as a loss' | 'is read by the next' = 'is told as a loss',
  ) {
    this.builder = new FeedbackBuilder(this.gathering, limits);
    this.walk = new FeedbackWalk(this.builder);
  }

  /** Nothing more is wanted: the report is complete, or refused. */
  get isOver(): boolean {
    return this.refusal !== null || this.walk.isOver;
  }

  /** There was a report; before it may stand the start of a comment that never ends. */
  get hasBegun(): boolean {
    return this.walk.hasBegun;
  }

  /** No other way of reading would give more. */
  get isIntact(): boolean {
    return this.walk.isIntact;
  }

  /** From where another report begins; null: none does. */
  get rest(): string | null {
    return this.refusal === null ? this.walk.rest : null;
  }

  feed(piece: string): void {
    if (this.isOver) return;
    this.refusal = refusalBy(() => this.walk.feed(piece));
  }

  end(rest: string): ReadEnd {
    this.feed(rest);
    this.refusal ??= refusalBy(() => this.finish());
    const { head } = this.gathering;
    return this.refusal !== null || head === null
      ? rejected(this.refusal ?? NO_FEEDBACK)
      : endOf(this.gathering, head, this.loss);
  }

  private get loss(): string | null {
    const { damage, leftover } = this.walk;
    if (damage !== null) return `${damage}: what follows is lost`;
    const isReadOn = this.another === 'is read by the next' && this.rest !== null;
    return (isReadOn ? null : leftover) ?? this.builder.loss;
  }

  private finish(): void {
    this.walk.finish();
    if (!this.walk.hasBegun) throw new ReportRefused(NO_FEEDBACK);
    const { damage } = this.walk;
    if (damage !== null && this.gathering.records === 0) {
      throw new ReportRefused(`nothing can be saved: ${damage}`);
    }
    if (this.builder.rows === 0 && this.walk.strays > MOST_STRAYS_WITHOUT_RECORDS) {
      throw new ReportRefused('no records, but angle brackets that are no tags: nothing can be saved');
    }
    this.builder.end();
  }
}

/** Reads a whole document by a full XML parser; what isn't well-formed is rejected. */
export class ParsedReading implements ReportReading {
  readonly gathering = new ReportGathering();

  constructor(
    private readonly xml: string,
    private readonly limits: ReportLimits,
  ) {}

  end(): ReadEnd {
    const builder = new FeedbackBuilder(this.gathering, this.limits);
    let leftover: string | null = null;
    const refusal = refusalBy(() => {
      leftover = parseFeedback(this.xml, builder);
      builder.end();
    });
    const { head } = this.gathering;
    return refusal !== null || head === null
      ? rejected(refusal ?? NO_FEEDBACK)
      : endOf(this.gathering, head, leftover ?? builder.loss);
  }
}

function refusalBy(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof ReportRefused) return error.message;
    throw error;
  }
}
