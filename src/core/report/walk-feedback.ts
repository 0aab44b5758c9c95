import { ElementBuilder } from './element-builder.js';
import { REPORT_LIMITS } from './limits.js';
import { readRecord } from './read-record.js';
import type { DroppedRow, ReportRecord } from './report.js';
import type { XmlElement } from './xml-element.js';
import { XmlScanner } from './xml-scanner.js';

/** A `<feedback>` element, its records already read. */
export interface Feedback {
  /** The opening tag, for its namespaces. */
  readonly tag: string;
  readonly metadata: XmlElement | undefined;
  readonly policy: XmlElement | undefined;
  readonly records: readonly ReportRecord[];
  readonly dropped: readonly DroppedRow[];
  /** Why reading ended before the report did; null when it was read whole. */
  readonly damage: string | null;
}

const FEEDBACK = /<(?:[\w.-]{1,100}:)?feedback(?=[\s/>])/;

/** The opening tag of the first `<feedback>`, attributes included; null: there is none, or it never ends. */
export function openingTag(xml: string): string | null {
  const start = FEEDBACK.exec(xml);
  if (start === null) return null;
  const scanner = new XmlScanner(xml, start.index);
  const token = scanner.next();
  return token === 'open' || token === 'empty' ? xml.slice(scanner.at, scanner.end) : null;
}

/**
 * Reads the first `<feedback>` of a document, whatever stands around it: some put it into a schema element, closed or
 * not. Records are read one by one and not kept as elements, so a report takes little more memory than its text. A
 * record that isn't well-formed is dropped; damage elsewhere ends the reading. Null when there is none. Throws a
 * RangeError when it is over a limit.
 */
export function walkFeedback(xml: string): Feedback | null {
  const start = FEEDBACK.exec(xml);
  if (start === null) return null;
  const walk = new FeedbackWalk(xml);
  let at: number | null = start.index;
  while (at !== null) at = walk.from(at);
  return walk.result();
}

class FeedbackWalk {
  private readonly records: ReportRecord[] = [];
  private readonly dropped: DroppedRow[] = [];
  private readonly parts = new Map<string, XmlElement>();
  /** Names of the open elements, `feedback` first. */
  private path: string[] = [];
  private builder: ElementBuilder | null = null;
  private rows = 0;
  private tag = '';
  private damage: string | null = null;

  constructor(private readonly xml: string) {}

  result(): Feedback {
    const { tag, records, dropped, damage, parts } = this;
    const metadata = parts.get('report_metadata');
    return { tag, metadata, policy: parts.get('policy_published'), records, dropped, damage };
  }

  /** Reads on from a place; gives the place to read on from after a broken record, or null at the end. */
  from(start: number): number | null {
    const scanner = new XmlScanner(this.xml, start);
    for (let token = scanner.next(); token !== null; token = scanner.next()) {
      switch (token) {
        case 'text':
          this.builder?.text(scanner.text);
          break;
        case 'open':
        case 'empty':
          this.open(scanner);
          if (token === 'empty') this.close();
          break;
        case 'close':
          if (this.path.at(-1) !== scanner.name) return this.recover(scanner);
          this.close();
          break;
      }
      if (this.path.length === 0) return null;
    }
    this.damage = 'the document is truncated';
    return null;
  }

  private open({ name, at, end }: XmlScanner): void {
    if (this.path.length === REPORT_LIMITS.nesting) {
      throw new RangeError(`elements are nested more than ${REPORT_LIMITS.nesting} deep`);
    }
    if (this.path.length === 0) this.tag = this.xml.slice(at, end);
    if (this.path.length === 1) this.startPart(name);
    this.path.push(name);
    this.builder?.start(name);
  }

  private startPart(name: string): void {
    if (name === 'record') this.rows += 1;
    if (this.rows > REPORT_LIMITS.rows) throw new RangeError(`more than ${REPORT_LIMITS.rows} records`);
    const isRead = name === 'record' || name === 'report_metadata' || name === 'policy_published';
    this.builder = isRead ? new ElementBuilder() : null;
  }

  private close(): void {
    const name = this.path.pop();
    const part = this.builder?.end() ?? null;
    if (part === null || name === undefined) return;
    this.builder = null;
    if (name === 'record') this.takeRecord(part);
    else if (!this.parts.has(name)) this.parts.set(name, part);
  }

  private takeRecord(element: XmlElement): void {
    const outcome = readRecord(element);
    if (outcome.kind === 'record') this.records.push(outcome.record);
    else this.drop(outcome.reason);
  }

  private drop(reason: string): void {
    this.dropped.push({ row: this.rows, reason });
  }

  /** After an end tag that closes nothing. */
  private recover({ name, at }: XmlScanner): number | null {
    const reason = `not well-formed: </${name}> where <${this.path.at(-1) ?? ''}> is open`;
    const [, part] = this.path;
    const next = part === 'record' ? this.nextRecord(at) : null;
    if (next === null) {
      this.damage = `${reason} (line ${this.lineOf(at)})`;
      return null;
    }
    this.drop(reason);
    this.path = this.path.slice(0, 1);
    this.builder = null;
    return next;
  }

  private nextRecord(from: number): number | null {
    const pattern = /<(?:[\w.-]{1,100}:)?record(?=[\s/>])/g;
    pattern.lastIndex = from;
    return pattern.exec(this.xml)?.index ?? null;
  }

  private lineOf(at: number): number {
    return this.xml.slice(0, at).split('\n').length;
  }
}
