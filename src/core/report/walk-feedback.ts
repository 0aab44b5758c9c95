import type { FeedbackBuilder } from './feedback-builder.js';
import { LONGEST_KNOWN, valueBetween } from './known-values.js';
import { ReportRefused } from './limits.js';
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
 * element, closed or not. A record that isn't well-formed, or in which the next one begins, is dropped; damage elsewhere
 * ends the reading; names in angle brackets, in what people write, cost nothing. Throws ReportRefused for a document
 * type, and what the builder throws.
 */
export class FeedbackWalk {
  private readonly scanner = new XmlScanner();
  private state: 'before' | 'inside' | 'skipping' | 'over' = 'before';
  private broken: BrokenRecord | null = null;
  private wasBroken = false;
  /** Why reading ended before the report did; null when it was read whole. */
  damage: string | null = null;

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
  }

  private run(): void {
    const { scanner } = this;
    while (this.state !== 'over') {
      const token = scanner.next();
      if (token === null) return;
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
          throw new ReportRefused('the document has a DOCTYPE, which no report needs');
      }
      scanner.wantsText = this.state === 'inside' && this.builder.wantsText;
    }
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
        return;
      case 'inside':
        if (name === 'record' && this.isInRecord()) this.startAnew();
        this.builder.open(name);
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
    if (this.builder.depth === 0) this.state = 'over';
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

/** Whether a `<feedback>` tag names the namespace of RFC 9990 appendix A. */
export function isOfNewKind(tag: string): boolean {
  return tag.includes('urn:ietf:params:xml:ns:dmarc-2.0');
}
