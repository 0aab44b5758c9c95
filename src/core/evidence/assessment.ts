import type { Day, Instant } from '../instant.js';
import type { SourceClass, SourceId } from '../source/source.js';

/** One source as the evidence shows it. Messages throughout. */
export interface AssessedSource {
  readonly id: SourceId;
  /** For people: `sendgrid.net`, `192.0.2.1`. */
  readonly name: string;
  readonly class: SourceClass;
  /** Why it has this class, a sentence each. */
  readonly reasons: readonly string[];
  /** A person's name when a person settled the class. */
  readonly settledBy: string | null;
  readonly headerFrom: readonly string[];
  readonly messages: number;
  readonly passed: number;
  /** One-sided 95 % Wilson lower bound of the pass rate, 0 to 1; null without messages. */
  readonly passRateAtLeast: number | null;
  readonly state: 'clean' | 'failing' | 'fixed' | 'unproven';
  readonly firstSeen: Day;
  readonly lastSeen: Day;
  readonly lastFailing: Day | null;
  /** Legitimate messages a week that would fail; 0 for hostile sources. */
  readonly failingPerWeek: number;
}

export interface DailyCount {
  readonly day: Day;
  readonly closed: boolean;
  readonly passed: number;
  readonly forwarded: number;
  readonly failing: number;
  readonly unknown: number;
  readonly hostile: number;
}

export interface ReporterCoverage {
  readonly reporter: string;
  readonly messages: number;
  readonly lastDay: Day;
  /** Used to report and stopped. */
  readonly missing: boolean;
}

/** What the evidence of one window says. */
export interface Assessment {
  readonly from: Day;
  /** The last closed day; null: none yet. */
  readonly closedThrough: Day | null;
  readonly closedDays: number;
  readonly lastReportAt: Instant | null;
  readonly sources: readonly AssessedSource[];
  readonly days: readonly DailyCount[];
  readonly reporters: readonly ReporterCoverage[];
}
