import type { Config } from './config/config.js';
import { DEFAULT_REPORT_LIMITS, type ReportLimits } from './core/report/limits.js';

/** What the settings say about how much a report may hold. */
export function reportLimits({ limits }: Config): ReportLimits {
  const { rows, textLength, elementNesting: nesting } = limits;
  return { ...DEFAULT_REPORT_LIMITS, rows, textLength, nesting };
}
