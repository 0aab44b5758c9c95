import type { Day, Instant } from '../instant.js';
import type { SourceClass, SourceId } from '../source/source.js';
import type { SetAside } from './implausible-days.js';

/** One source as the evidence shows it. Messages throughout. */
export interface AssessedSource {
  readonly id: SourceId;
  /** For people: `SendGrid (sendgrid.net)`, `192.0.2.0/24`. */
  readonly name: string;
  readonly class: SourceClass;
  /** Why it has this class, a sentence each. */
  readonly reasons: readonly string[];
  /** A person's name when a person settled the class. */
  readonly settledBy: string | null;
  /** The Author Domain. */
  readonly headerFrom: string;
  /** Over the window's closed days, since it was fixed. */
  readonly messages: number;
  readonly passed: number;
  /** One-sided 95 % Wilson lower bound of the pass rate, 0 to 1; null without messages. */
  readonly passRateAtLeast: number | null;
  readonly state: 'clean' | 'failing' | 'fixed' | 'unproven';
  readonly firstSeen: Day;
  readonly lastSeen: Day;
  readonly lastFailing: Day | null;
  /** When a failing source could count as fixed at the earliest, if it passed from now on; null: it isn't failing. */
  readonly fixedOnEarliest: Day | null;
  /** Messages a week of it that fail, from its own latest activity; 0 for hostile sources. */
  readonly failingPerWeek: number;
  /** Upper 95 % bound of the same, over the window: small for a clean source however few its messages. */
  readonly failingPerWeekAtMost: number;
  readonly recent: RecentActivity;
  /** What to do so that its mail passes, in one line; null: nothing has to be done. */
  readonly fix: string | null;
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
  /** On the built-in list of Mail Receivers. */
  readonly known: boolean;
  /**
   * Messages that passed, as far as they count: how much one abuses the domain there gives a reporter no weight, and one
   * that isn't known weighs no more than all others together.
   */
  readonly messages: number;
  /** The last day about which it reported mail that passed. */
  readonly lastDay: Day;
  /** Owes a report by now, by its own habit. */
  readonly late: boolean;
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
  /** Reporters that told of mail that passed in the window; of any mail, where none has ever passed. */
  readonly witnesses: number;
  /** Reports told of any mail at all, whoever sent it. */
  readonly isMailReported: boolean;
  readonly sources: readonly AssessedSource[];
  readonly reporters: readonly ReporterCoverage[];
  /** What was left out since it can't be so. */
  readonly setAside: readonly SetAside[];
}
