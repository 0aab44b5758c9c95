import type { Config } from './config/config.js';
import { DEFAULT_REPORT_LIMITS } from './core/report/limits.js';
import type { IngestSettings } from './workflows/ingest-message.js';

/** What the intake of reports has to know of the settings. */
export function ingestSettings({ limits, retention }: Config): IngestSettings {
  const { rows, textLength, elementNesting: nesting } = limits;
  return {
    limits: { ...DEFAULT_REPORT_LIMITS, rows, textLength, nesting },
    evidenceDays: retention.evidence,
  };
}
