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
  /** Over the window's closed days, since it was fixed. */
  readonly messages: number;
  readonly passed: number;
  /** One-sided 95 % Wilson lower bound of the pass rate, 0 to 1; null without messages. */
  readonly passRateAtLeast: number | null;
  readonly state: 'clean' | 'failing' | 'fixed' | 'unproven';
  readonly firstSeen: Day;
  readonly lastSeen: Day;
  readonly lastFailing: Day | null;
  /** Messages a week of it that fail, from its own latest activity; 0 for hostile sources. */
  readonly failingPerWeek: number;
  /** Upper 95 % bound of the same, over the window: small for a clean source however few its messages. */
  readonly failingPerWeekAtMost: number;
  readonly recent: RecentActivity;
}

/** What arrived about the last few days, closed or not: what a step back is decided on. */
export interface RecentActivity {
  readonly days: number;
  readonly messages: number;
  readonly failing: number;
  /** Reporters that saw it fail. */
  readonly failingReporters: number;
  /** The share of the source's earlier messages that the reporters who saw it fail stand for; 0 to 1. */
  readonly reporterShare: number;
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
  /** Messages that passed: how much one abuses the domain there gives a reporter no weight. */
  readonly messages: number;
  /** The last day about which it reported mail that passed. */
  readonly lastDay: Day;
  /** Used to report and stopped. */
  readonly missing: boolean;
}

/** What the evidence of one window says. */
export interface Assessment {
  readonly from: Day;
  /** The last closed day; null: none yet. */
  readonly closedThrough: Day | null;
  /** From `from` to `closedThrough`. */
  readonly closedDays: number;
  /** Legitimate (authorized and forwarder) messages in the window's closed days. */
  readonly legitimate: number;
  readonly legitimatePerWeek: number;
  readonly lastReportAt: Instant | null;
  readonly sources: readonly AssessedSource[];
  readonly days: readonly DailyCount[];
  readonly reporters: readonly ReporterCoverage[];
}
