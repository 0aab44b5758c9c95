import type { FeedbackBuilder } from './feedback-builder.js';
import { LONGEST_KNOWN, valueBetween } from './known-values.js';
import { MOST_STRAYS, ReportRefused, STRAYS_PER_RECORD } from './limits.js';
import { literal, ownCopy } from './read-value.js';
import { XmlScanner } from './xml-scanner.js';

/** A record that isn't well-formed, and what can't be told of it before the next one comes. */
interface BrokenRecord {
  readonly reason: string;
  /** Characters before the place where it broke. */
  readonly offset: number;
}

/**
 * Reads the first `<feedback>` of a document that comes in pieces, whatever stands around it: some put it into a schema
 * element, closed or not. Of what follows it only looks whether there are more reports or records. A record that isn't
 * well-formed, or in which the next one begins, is dropped; damage elsewhere ends the reading; names in angle brackets,
 * in what people write, cost nothing. Throws ReportRefused for a document type, for endless angle brackets, and what the
 * builder throws.
 */
export class FeedbackWalk {
  private readonly scanner = new XmlScanner();
  private state: 'before' | 'inside' | 'skipping' | 'after' | 'over' = 'before';
  private broken: BrokenRecord | null = null;
  private wasBroken = false;
  /** Why reading ended before the report did; null when it was read whole. */
  damage: string | null = null;
  /** What follows the end of the report and isn't read; null when nothing does that could matter. */
  leftover: string | null = null;
  /** From where another report begins that follows, as far as its text has come; null: none does. */
  rest: string | null = null;

  constructor(private readonly builder: FeedbackBuilder) {
    this.scanner.isProlog = true;
    this.scanner.wantsText = false;
  }

  /** The `<feedback>` element has begun. */
  get hasBegun(): boolean {
    return this.state !== 'before';
  }

  /** It has begun, and no tag was where none belongs: a full parser would read the same. */
  get isIntact(): boolean {
    return this.hasBegun && !this.wasBroken && this.damage === null;
  }

  /** Nothing more is wanted. */
  get isOver(): boolean {
    return this.state === 'over';
  }

  /** Angle brackets so far that are no tags. */
  get strays(): number {
    return this.scanner.strays;
  }

  feed(piece: string): void {
    if (this.isOver) return;
    this.scanner.feed(piece);
    this.run();
  }

  /** No more pieces will come. */
  finish(): void {
    this.scanner.finish();
    this.run();
    if (this.state === 'inside') this.damage = 'the document is truncated';
    if (this.state === 'skipping') this.giveUp();
    if (this.state === 'after' && this.scanner.isInAside) this.leave('a comment that never ends');
  }

  private run(): void {
    const { scanner } = this;
    while (this.state !== 'over') {
      const token = scanner.next();
      if (scanner.strays > MOST_STRAYS) this.checkStrays();
      if (token === null || this.isOver) return;
      if (scanner.sawNul) this.noteNul();
      switch (token) {
        case 'text':
          this.takeText();
          break;
        case 'open':
          this.open(scanner.name);
          break;
        case 'empty':
          this.open(scanner.name);
          if (this.state === 'inside') this.close(scanner.name);
          break;
        case 'close':
          this.close(scanner.name);
          break;
        case 'refused':
          // RFC 9990 has no use for one, and entities are how XML bombs are built.
          if (this.state !== 'after')
            throw new ReportRefused('the document has a DOCTYPE, which no report needs');
      }
      scanner.wantsText = this.state === 'inside' && this.builder.wantsText;
    }
  }

  /** What lies behind a report doesn't spoil it. */
  private checkStrays(): void {
    if (this.scanner.strays <= MOST_STRAYS + STRAYS_PER_RECORD * this.builder.rows) return;
    if (this.state !== 'after') {
      throw new ReportRefused(`more than ${MOST_STRAYS} angle brackets that are no tags`);
    }
    this.leave(`more than ${MOST_STRAYS} angle brackets that are no tags`);
  }

  private noteNul(): void {
    this.scanner.sawNul = false;
    if (this.state === 'inside') this.builder.markOverwritten();
  }

  private takeText(): void {
    const { xml, from, to, hash, isLiteral } = this.scanner;
    if (isLiteral) this.builder.addText(literal(xml.slice(from, to)));
    else if (to - from > LONGEST_KNOWN) this.builder.addText(xml.slice(from, to));
    else this.builder.addValue(valueBetween(xml, from, to, hash));
  }

  private open(name: string): void {
    switch (this.state) {
      case 'before':
        if (name === 'feedback') this.begin();
        return;
      case 'skipping':
        if (name === 'record') this.goOn();
        // Its records are none of this report.
        if (name === 'feedback') this.giveUp();
        return;
      case 'inside':
        if (name === 'record' && this.isInRecord()) this.startAnew();
        this.builder.open(name);
        return;
      case 'after':
        if (name === 'feedback') this.leaveNext();
        if (name === 'record') this.leave('another record');
        return;
      case 'over':
    }
  }

  private begin(): void {
    const { scanner, builder } = this;
    builder.isOfNewKind = isOfNewKind(scanner.xml.slice(scanner.at, scanner.end));
    scanner.isProlog = false;
    this.state = 'inside';
    builder.open('feedback');
  }

  private close(name: string): void {
    if (this.state === 'skipping' && name === 'feedback') this.giveUp();
    if (this.state !== 'inside') return;
    if (name === this.builder.name) this.builder.close();
    else if (!this.builder.closeRemark(name)) this.breakOff(name);
    if (this.builder.depth === 0) this.goBehind();
  }

  /** The report has ended; what follows is only looked at. */
  private goBehind(): void {
    this.state = 'after';
    this.scanner.isProlog = true;
  }

  private leaveNext(): void {
    const { xml, at } = this.scanner;
    this.rest = xml.slice(at);
    this.leave('another report');
  }

  private leave(what: string): void {
    this.state = 'over';
    this.leftover = leftBehind(what);
  }

  /** After an end tag that closes nothing. */
  private breakOff(name: string): void {
    const reason = `not well-formed: </${name}> where <${this.builder.name}> is open`;
    this.broken = { reason, offset: this.scanner.offset };
    this.wasBroken = true;
    this.state = 'skipping';
    if (!this.builder.isInsideRecord) this.giveUp();
  }

  /** What else a record may hold is passed over, with the records in it. */
  private isInRecord(): boolean {
    return this.builder.isInsideRecord && !this.builder.isElsewhere;
  }

  /** A record begins in another one, which was never closed. */
  private startAnew(): void {
    this.wasBroken = true;
    this.builder.abandonRecord(`not well-formed: <record> where <${this.builder.name}> is open`);
  }

  /** The next record has begun: one was lost. */
  private goOn(): void {
    if (this.broken !== null) this.builder.abandonRecord(this.broken.reason);
    this.broken = null;
    this.state = 'inside';
    this.builder.open('record');
  }

  private giveUp(): void {
    this.state = 'over';
    if (this.broken === null) return;
    this.damage = ownCopy(`${this.broken.reason} (character ${this.broken.offset + 1})`);
  }
}

/** Says what stands behind a report and isn't read. */
export function leftBehind(what: string): string {
  return `${what} follows the end of the report, and is not read`;
}

/** Whether a `<feedback>` tag names the namespace of RFC 9990 appendix A. */
export function isOfNewKind(tag: string): boolean {
  return tag.includes('urn:ietf:params:xml:ns:dmarc-2.0');
}
