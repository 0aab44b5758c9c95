/** What a report may at most hold before it is refused: reports are hostile input (RFC 9990 8.1). */
export const REPORT_LIMITS = {
  /** Characters of XML. */
  documentLength: 25 * 1024 * 1024,
  /** Elements inside elements; the schema needs six. */
  nesting: 32,
  /** Elements of one record, or of the metadata. */
  elements: 5000,
  /** `<record>` elements; the largest honest reports hold about 80,000. */
  rows: 200_000,
  /** Characters of one value; longer ones are nothing that either RFC knows. */
  textLength: 2048,
  /** DKIM or SPF results, or override reasons, of one row. */
  resultsPerRow: 500,
  /** Messages of one row. */
  messagesPerRow: 1_000_000_000,
} as const;

/** 2100-01-01 in seconds: an end in milliseconds or other units lies far beyond. */
export const LATEST_END = 4_102_444_800;
/** Seconds; windows of weeks are known, of years they are made up. */
export const LONGEST_SPAN = 4 * 366 * 86_400;
