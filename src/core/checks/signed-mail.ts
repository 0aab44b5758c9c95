import type { Day } from '../instant.js';
import type { DkimResult } from '../report/report.js';

/** What the counted reports of one reporter say of an address's mail under one Author Domain: of what was alike in it. */
export interface SignedMail {
  readonly reporter: string;
  /** The Author Domain. */
  readonly headerFrom: string;
  readonly ip: string;
  /** `policy_evaluated`: whether an aligned signature verified. */
  readonly dkim: string;
  /** Never empty. */
  readonly dkimResults: readonly DkimResult[];
  readonly messages: number;
  /** The UTC days that the reports are about, or begin on, each once, in order. */
  readonly days: readonly Day[];
  /** When the first and the last of the reports begin, and when they end at the latest: seconds since the epoch. */
  readonly firstBegin: number;
  readonly lastBegin: number;
  readonly lastEnd: number;
}
