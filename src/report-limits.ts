import type { Config } from './config/config.js';
import { DEFAULT_REPORT_LIMITS, type ReportLimits } from './core/report/limits.js';
import { DEFAULT_LIMITS, type UnpackLimits } from './imap/unpack/unpack-limits.js';

/** What the settings say about how much a report may hold. */
export function reportLimits({ limits }: Config): ReportLimits {
  const { rows, textLength, elementNesting: nesting } = limits;
  return { ...DEFAULT_REPORT_LIMITS, rows, textLength, nesting };
}

/** What they say about how much a mail may hold: one that a mailbox lets in must not be too large for what takes it apart. */
export function unpackLimits({ limits, mailboxes }: Config): UnpackLimits {
  const sizes = mailboxes.map(({ maxMessageBytes }) => maxMessageBytes);
  return { ...DEFAULT_LIMITS, ...limits, messageBytes: Math.max(DEFAULT_LIMITS.messageBytes, ...sizes) };
}
