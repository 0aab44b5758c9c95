import { addDays, DAY_MS, dayOf } from '../core/instant.js';
import type { EvidenceStore, Forgotten } from '../ports/evidence-store.js';
import type { Clock } from '../ports/clock.js';

/** Days that things are kept. */
export interface Retention {
  /** Original messages, from their arrival. */
  readonly originals: number;
  /** Rows of reports, from the day they are about. */
  readonly rows: number;
  /** Daily numbers, reports and mails. */
  readonly evidence: number;
}

/** Makes room for the rows of the months to come, and forgets what has been kept long enough. Safe to repeat. */
export class TidyStore {
  constructor(
    private readonly evidence: EvidenceStore,
    private readonly clock: Clock,
    private readonly retention: Retention,
  ) {}

  run(): Promise<Forgotten> {
    const now = this.clock.now();
    const today = dayOf(now);
    return this.evidence.tidy(now, {
      originals: now - this.retention.originals * DAY_MS,
      rows: addDays(today, -this.retention.rows),
      evidence: addDays(today, -this.retention.evidence),
    });
  }
}
