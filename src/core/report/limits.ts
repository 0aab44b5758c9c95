/** What a report may at most hold: reports are hostile input (RFC 9990 8.1). Bytes are capped where it is unpacked. */
export interface ReportLimits {
  /** Elements inside elements; the schema needs six. */
  readonly nesting: number;
  /** `<record>` elements; the largest honest reports hold some 200,000. */
  readonly rows: number;
  /** Characters of one value; longer ones are nothing that either RFC knows. */
  readonly textLength: number;
  /** Elements of one record, or of the metadata. */
  readonly elements: number;
  /** DKIM or SPF results, or override reasons, of one row. */
  readonly resultsPerRow: number;
}

export const DEFAULT_REPORT_LIMITS: ReportLimits = {
  nesting: 32,
  rows: 250_000,
  textLength: 2048,
  elements: 5000,
  resultsPerRow: 500,
};

/** Messages of one row. */
export const MOST_MESSAGES = 1_000_000_000;
/** Records that come before the report says what they are about. */
export const MOST_HELD_BACK = 10_000;
/** Characters in them, about. */
export const MOST_TEXT_HELD_BACK = 16_000_000;
/**
 * Angle brackets that are no tags, and a few more for each record: some write addresses in them. Each costs as much as
 * a tag, and a document of nothing else packs a thousandfold.
 */
export const MOST_STRAYS = 100_000;
export const STRAYS_PER_RECORD = 4;
/** The same in a report without records, which may still have the text of a mail before it. */
export const MOST_STRAYS_WITHOUT_RECORDS = 100;
/** Reports of one document, one after another; what follows is told. */
export const MOST_REPORTS = 100;
/** Dropped rows of which the reasons are kept. */
export const MOST_REASONS = 100;

/** 2100-01-01 in seconds: an end in milliseconds or other units lies far beyond. */
export const LATEST_END = 4_102_444_800;
/** Seconds; windows of weeks are known, of years they are made up. */
export const LONGEST_SPAN = 4 * 366 * 86_400;

/** A limit was broken, or something is in the report that none needs. The message is for people. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';
}
