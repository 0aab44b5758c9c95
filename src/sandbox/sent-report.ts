import type { Instant } from '../core/instant.js';
import type { AggregateReport } from '../core/report/report.js';
import type { Reporter } from './world.js';

/** A report on its way to the `rua` mailbox. */
export interface SentReport {
  readonly reporter: Pick<Reporter, 'domain' | 'orgName' | 'packing'>;
  readonly report: AggregateReport;
  readonly arrivesAt: Instant;
  /** Its mail fails DMARC: somebody else sent it in the reporter's name. */
  readonly forged: boolean;
}
