import { HOUR_MS, dayOf, startOfDay } from '../instant.js';
import type { HoldReason, Rollout, RolloutSettings } from './rollout.js';
import { newRollout } from './rollout.js';
import { recordReceipt } from './provider-answer.js';
import { recordObservation } from './verify-change.js';
import { prepareWrite } from './write-change.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Cell } from '../evidence/cell.js';
import { CellPile } from '../evidence/cell-pile.js';
import type { Arrival } from '../evidence/reporting-days.js';
import type { Draft } from './draft.js';
import type { Day, Instant } from '../instant.js';
import type { Ladder } from './ladder.js';
import type { Verdict } from './verdict.js';
import { assessRungInFull, decide } from './decide.js';

/** One counted report, as it came. */
export interface ReplayedReport {
  readonly arrivedAt: Instant;
  /** The domain that authenticated it. */
  readonly reporter: string;
  readonly cells: readonly Cell[];
}

export interface ReplayInput {
  readonly domain: string;
  readonly ladder: Ladder;
  readonly settings: RolloutSettings;
  /** In order of arrival; not empty. */
  readonly reports: readonly ReplayedReport[];
  readonly until: Instant;
}

export interface Transition {
  readonly at: Instant;
  readonly record: string;
  readonly why: string;
}

export interface HoldSpan {
  readonly reason: HoldReason;
  readonly from: Instant;
  /** Null: still stands at the end. */
  readonly to: Instant | null;
  readonly note: string;
}

export interface Replay {
  readonly domain: string;
  readonly transitions: readonly Transition[];
  readonly holds: readonly HoldSpan[];
  readonly rollout: Rollout;
  readonly assessment: Assessment;
  readonly verdict: Verdict;
}

/** Virtual time goes in steps of this length. */
const STEP_MS = 12 * HOUR_MS;
const TTL = 3600;

/** What `decide()` would have done with these reports as they came, from `p=none` on. Writes nothing anywhere. */
export function replay(input: ReplayInput): Replay {
  const start = startOfReplay(input);
  const { domain, ladder, settings } = input;
  let rollout = newRollout({ domain, ladder, settings, provider: 'backtest' }, start);
  const cells = new CellPile(domain);
  const transitions: Transition[] = [];
  const holds: HoldSpan[] = [];
  let latest: Verdict | null = null;
  let [arrived, lastReportAt]: [number, Instant | null] = [0, null];

  for (let now = start; now <= input.until || latest === null; now += STEP_MS) {
    for (
      let report = input.reports[arrived];
      report !== undefined && report.arrivedAt <= now;
      report = input.reports[arrived]
    ) {
      cells.add(report.cells, arrivalsOf(report));
      lastReportAt = report.arrivedAt;
      arrived += 1;
    }
    const standing = rollout.record ?? initialRecord(input.domain);
    const decision = decide({
      rollout,
      evidence: { cells, decisions: [], lastReportAt },
      observed: observation(standing),
      now,
    });
    followHolds(holds, decision.rollout, now);
    rollout = publish(decision.rollout, now, transitions);
    latest = decision.verdict;
  }
  const evidence = { cells, decisions: [], lastReportAt };
  return {
    domain: input.domain,
    transitions,
    holds,
    rollout,
    assessment: assessRungInFull(rollout, evidence, input.until),
    verdict: latest,
  };
}

/** A report is about one day; one that tells of no mail has none. */
function arrivalsOf({ arrivedAt, cells, reporter }: ReplayedReport): readonly Arrival[] {
  const day = cells[0]?.day;
  return day === undefined ? [] : [{ reporter, day, at: arrivedAt }];
}

/** Before the first report's day, so that the day itself lies in the window. */
function startOfReplay({ reports }: ReplayInput): Instant {
  let first: Day | null = null;
  for (const { cells } of reports)
    for (const { day } of cells) if (first === null || day < first) first = day;
  return startOfDay(first ?? dayOf(reports[0]?.arrivedAt ?? 0)) - STEP_MS;
}

function initialRecord(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`;
}

function observation(text: string): { kind: 'record'; text: string; ttl: number; others: readonly string[] } {
  return { kind: 'record', text, ttl: TTL, others: [] };
}

/** Takes a planned change through the same steps as the service does, on a provider that never fails. */
function publish(rollout: Rollout, now: Instant, transitions: Transition[]): Rollout {
  const { change, record } = rollout;
  if (change === null || record === null) return rollout;
  const step = prepareWrite(rollout, { values: [record], ttl: TTL }, now);
  if (step.kind !== 'write') return rollout;
  const written = settled(recordReceipt(settled(step.draft), 'backtest', now));
  transitions.push({ at: now, record: change.after, why: change.cause });
  return settled(recordObservation(written, observation(change.after), now));
}

function settled(draft: Draft): Rollout {
  return { ...draft.rollout, version: draft.rollout.version + 1 };
}

function followHolds(spans: HoldSpan[], rollout: Rollout, now: Instant): void {
  spans.forEach((span, index) => {
    if (span.to === null && !rollout.holds.some((it) => it.reason === span.reason))
      spans[index] = { ...span, to: now };
  });
  for (const hold of rollout.holds) {
    const open = spans.findIndex((it) => it.reason === hold.reason && it.to === null);
    const span: HoldSpan = { reason: hold.reason, from: hold.since, to: null, note: hold.note };
    if (open === -1) spans.push(span);
    else spans[open] = { ...span, from: spans[open]?.from ?? hold.since };
  }
}
