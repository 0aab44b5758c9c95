import { ItemList } from './item-list.js';
import { ReportRefused, type ReportLimits } from './limits.js';
import { PartValues } from './part-values.js';
import { readHead } from './read-head.js';
import { readDkimResult, readReason, readRecord, readSpfResult } from './read-record.js';
import type { DkimResult, OverrideReason, ReportHead, ReportRecord, SpfResult } from './report.js';
import * as places from './report-places.js';
import type { Place } from './report-places.js';
import { NO_VALUE, ownCopy, Value } from './read-value.js';

/** Where a report goes as it is read. */
export interface FeedbackOutput {
  takeHead(head: ReportHead): void;
  takeRecord(record: ReportRecord): void;
  drop(row: number, reason: string): void;
}

/** Of which a record has one; where there are two of them, two records have become one. */
const SINGLE: ReadonlySet<Place> = new Set([
  places.ROW,
  places.SOURCE_IP,
  places.COUNT,
  places.EVALUATED,
  places.IDENTIFIERS.part,
  places.IDENTIFIERS.headerFrom,
  places.IDENTITIES.part,
  places.IDENTITIES.headerFrom,
]);

/** What follows a second one of these belongs to it. */
const STARTS: ReadonlySet<Place> = new Set([places.ROW, places.IDENTIFIERS.part, places.IDENTITIES.part]);

/** What people write, and all that is passed over: below them nothing is read. */
const REMARKS: ReadonlySet<Place> = new Set([
  places.ORG_NAME,
  places.EMAIL,
  places.REASON_COMMENT,
  places.ELSEWHERE,
]);

const OVERWRITTEN = 'NUL characters stand where something was overwritten';
const INNER_REPORT = 'another report begins inside this one, and is not read';

/**
 * Builds the head and the records of a report from the tags and texts of its `<feedback>` element, one at a time; what
 * is read is at once passed on and kept no longer. Its methods throw ReportRefused when a limit is broken, or when the
 * head is such that this is no report.
 */
export class FeedbackBuilder {
  private readonly values: PartValues;
  private readonly lists: {
    readonly reasons: ItemList<OverrideReason>;
    readonly dkim: ItemList<DkimResult>;
    readonly spf: ItemList<SpfResult>;
  };
  /** The open elements, `feedback` first, and where in the report each lies. */
  private readonly names: string[] = [];
  private readonly path: Place[] = [];
  private place: Place = places.ELSEWHERE;
  /** Elements of the part of the report that is read now. */
  private elements = 0;
  private isRecordRead = false;
  private hasContent = false;
  private value: Value | null = null;
  private text = '';
  /** What the record has more than one of. */
  private second: string | null = null;
  /** All that is read now is of another record. */
  private isPastRecord = false;
  /** NUL characters stood in the record. */
  private isOverwritten = false;
  private missing = 2;
  private headIsRead = false;
  /** `<record>` elements so far. */
  rows = 0;
  /** The tag names the namespace of RFC 9990. */
  isOfNewKind = false;
  /** Why there was more than could be read, though nothing was where it doesn't belong; null: there wasn't. */
  loss: string | null = null;

  constructor(
    private readonly output: FeedbackOutput,
    private readonly limits: ReportLimits,
  ) {
    this.values = new PartValues(limits);
    this.lists = {
      reasons: new ItemList('reasons', limits),
      dkim: new ItemList('dkim results', limits),
      spf: new ItemList('spf results', limits),
    };
  }

  /** Open elements. */
  get depth(): number {
    return this.names.length;
  }

  /** Name of the innermost open element. */
  get name(): string {
    return this.names.at(-1) ?? '';
  }

  get isInsideRecord(): boolean {
    return this.path.length > 1 && this.isRecordRead;
  }

  /** What is open now is passed over. */
  get isElsewhere(): boolean {
    return this.place === places.ELSEWHERE;
  }

  /** Whether the text of the innermost element is a value that is read. */
  get wantsText(): boolean {
    return this.place.kind === 'text';
  }

  open(name: string): void {
    const depth = this.names.length;
    if (depth === this.limits.nesting) {
      throw new ReportRefused(`elements are nested more than ${this.limits.nesting} deep`);
    }
    const parent = this.place;
    const place = depth === 0 ? places.FEEDBACK : (parent.children.get(name) ?? places.ELSEWHERE);
    this.names.push(name);
    this.path.push(parent);
    this.hasContent = true;
    if (depth > 0 && name === places.FEEDBACK.name) this.loss = INNER_REPORT;
    if (depth === 1) this.startPart(place, name);
    if (depth > 0) this.countElement();
    this.enter(place);
  }

  /** Text of a value, references unresolved. */
  addValue(value: Value): void {
    if (this.value === null && this.text === '') this.value = value;
    else this.addText(value.raw);
  }

  /** The same for text that may be long, or come in parts. */
  addText(text: string): void {
    if (this.value !== null) {
      this.text = this.value.raw;
      this.value = null;
    }
    // A value over the limit is refused by its reader, so no more is kept than proves that: references can make text
    // a tenth as long (`&#0000065;`).
    const room = 10 * this.limits.textLength + 1 - this.text.length;
    if (room > 0) this.text += text.length > room ? text.slice(0, room) : text;
  }

  close(): void {
    this.names.pop();
    const { place } = this;
    this.place = this.path.pop() ?? places.ELSEWHERE;
    switch (place.kind) {
      case 'text':
        this.values.set(place, this.takeValue());
        return;
      case 'item':
        this.closeItem(place);
        return;
      case 'once':
        if (place === places.METADATA || place === places.POLICY) this.closeHeadPart();
        return;
      case 'list':
        return;
    }
  }

  /**
   * Closes an element of which inner ones were never closed, where these are but names in angle brackets: in what
   * people write, and in what is passed over. False where they could hide something that is read.
   */
  closeRemark(name: string): boolean {
    const at = this.names.lastIndexOf(name);
    const place = at === -1 ? undefined : this.path[at + 1];
    if (place === undefined || !REMARKS.has(place)) return false;
    while (this.names.length > at) this.close();
    return true;
  }

  /** Gives the record up that is read now, and goes back to the feedback element. */
  abandonRecord(reason: string): void {
    this.names.length = 1;
    this.path.length = 1;
    this.place = places.FEEDBACK;
    this.value = null;
    this.text = '';
    this.output.drop(this.rows, ownCopy(reason));
  }

  /** There are NUL characters, which XML has none of (XML 1.0 2.2): a disk or a network lost what stood there. */
  markOverwritten(): void {
    if (this.isInsideRecord) this.isOverwritten = true;
    else if (this.depth === 1)
      this.loss = 'NUL characters stand between the records: what they overwrote is lost';
  }

  /** The report is over, whatever is missing: gives the head that could not be read before. */
  end(): void {
    if (!this.headIsRead) this.readHead();
  }

  private startPart(place: Place, name: string): void {
    this.elements = 0;
    this.second = null;
    this.isPastRecord = false;
    this.isOverwritten = false;
    this.isRecordRead = place === places.RECORD;
    if (name !== places.RECORD.name) return;
    this.rows += 1;
    if (this.rows > this.limits.rows) throw new ReportRefused(`more than ${this.limits.rows} records`);
    this.values.clear(places.RECORD);
    this.lists.reasons.clear();
    this.lists.dkim.clear();
    this.lists.spf.clear();
  }

  private countElement(): void {
    this.elements += 1;
    if (this.elements <= this.limits.elements || this.path[2] === places.ELSEWHERE) return;
    throw new ReportRefused(`more than ${this.limits.elements} elements`);
  }

  private enter(place: Place): void {
    this.place = place;
    switch (place.kind) {
      case 'list':
        return;
      case 'item':
        this.hasContent = false;
        if (place !== places.RECORD) this.values.clear(place);
        return;
      case 'text':
      case 'once':
        if (this.values.has(place)) this.passOver(place);
        else this.values.set(place, NO_VALUE);
    }
  }

  /** The first counts. */
  private passOver(place: Place): void {
    this.place = places.ELSEWHERE;
    if (SINGLE.has(place)) this.second ??= place.name;
    if (STARTS.has(place)) this.isPastRecord = true;
  }

  private takeValue(): Value {
    const value = this.text === '' ? (this.value ?? NO_VALUE) : new Value(ownCopy(this.text));
    this.value = null;
    this.text = '';
    return value;
  }

  private closeItem(place: Place): void {
    if (this.isPastRecord && place !== places.RECORD) return;
    switch (place) {
      case places.RECORD:
        this.closeRecord();
        return;
      case places.REASON:
        this.lists.reasons.add(this.values, readReason);
        return;
      case places.DKIM:
        this.lists.dkim.add(this.values, this.hasContent ? readDkimResult : null);
        return;
      case places.SPF:
        this.lists.spf.add(this.values, this.hasContent ? readSpfResult : null);
    }
  }

  private closeRecord(): void {
    const record = this.isOverwritten ? OVERWRITTEN : readRecord(this.values, this.lists);
    if (typeof record === 'string') {
      this.output.drop(this.rows, record);
      return;
    }
    this.output.takeRecord(record);
    if (this.second !== null)
      this.output.drop(this.rows, `a second ${this.second} in one record is not read`);
  }

  private closeHeadPart(): void {
    this.missing -= 1;
    if (this.missing === 0) this.readHead();
  }

  private readHead(): void {
    const head = readHead(this.values, this);
    if (typeof head === 'string') throw new ReportRefused(head);
    this.headIsRead = true;
    this.output.takeHead(head);
  }
}
