import type { AuditEntry, Notice } from './audit.js';
import { DAY_MS, HOUR_MS } from '../instant.js';
import { completeChange, strengthen, weaken, weakenAsAborted } from './next-change.js';
import { reviseChange } from './revise-change.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Evidence, Question } from '../evidence/assess.js';
import type { Instant } from '../instant.js';
import type { Rollout } from './rollout.js';
import { awaitsApproval } from './rollout.js';
import type { Situation } from './situation.js';
import type { Verdict } from './verdict.js';
import { assess, assessAll } from '../evidence/assess.js';
import { judge } from './gate.js';
import { reconcileRecord } from './reconcile-record.js';
import { hasHold, startDraft } from './draft.js';
import { askAgainAt } from './ask-again.js';
import { verifyAgainIn } from './verify-change.js';
import { holdChecks } from './hold-checks.js';
import { updateHolds } from './update-holds.js';

export interface Decision {
  readonly rollout: Rollout;
  readonly verdict: Verdict;
  /** What the verdict stands on: the evidence in the window of the rung that the domain is on now. */
  readonly assessment: Assessment;
  readonly audit: readonly AuditEntry[];
  readonly notices: readonly Notice[];
  /** The workflow that has work now. */
  readonly next: 'apply-change' | 'verify-change' | null;
  /** Look again then at the latest. */
  readonly dueAt: Instant;
}

/**
 * The one decider of the product; pure. Reads DNS against the state, judges the evidence, keeps the holds, and plans at
 * most one change: down as far as needed and at once, up by one rung and only when nothing holds.
 */
export function decide(situation: Situation): Decision {
  const { observed, now } = situation;
  const findings = situation.checks?.latest?.findings ?? [];
  const draft = { ...startDraft(situation.rollout, now), findings };
  const reconciled = completeChange(reconcileRecord(draft, observed));
  // Only now: a change that has just become effective starts a new window.
  const assessment = assessRung(reconciled.rollout, situation.evidence, now);
  const judged = judge(reconciled.rollout, assessment, now);
  const verdict = observed.kind === 'unknown' ? cannotRead(judged, observed.reason) : judged;
  const held = holdChecks(updateHolds(reconciled, assessment, verdict), situation, assessment);
  const revised = reviseChange(held, { judged, verdict, assessment });
  const weakened = weakenAsAborted(weaken(revised, verdict, observed), observed);
  const planned = strengthen(weakened, verdict);
  const rollout = counted(situation.rollout, planned.rollout);
  return {
    rollout,
    verdict,
    assessment,
    audit: planned.audit,
    notices: planned.notices,
    next: nextWorkflow(rollout),
    dueAt: dueAt(rollout, now),
  };
}

function assessRung(rollout: Rollout, evidence: Evidence, now: Instant): Assessment {
  return assess(evidence, questionOf(rollout, now));
}

/** The evidence in the window of the rung that a rollout stands on, with every source. */
export function assessRungInFull(rollout: Rollout, evidence: Evidence, now: Instant): Assessment {
  return assessAll(evidence, questionOf(rollout, now));
}

function questionOf({ domain, enrolledAt, windowStart }: Rollout, now: Instant): Question {
  return { domain, windowStart: windowStart ?? enrolledAt, now };
}

/** A record that can't be read says nothing about the mail: nothing is strengthened; legitimate mail still comes first. */
function cannotRead(verdict: Verdict, reason: string): Verdict {
  if (verdict.stepBackTo !== null) return verdict;
  return { ...verdict, kind: 'error', next: null, why: `DNS can't be read: ${reason}`, earliest: null };
}

/** The version counts stored transitions: it stays when nothing changed. */
function counted(before: Rollout, after: Rollout): Rollout {
  return JSON.stringify(before) === JSON.stringify(after)
    ? before
    : { ...after, version: before.version + 1 };
}

/** What the open change waits for; null: nothing to do now. */
export function nextWorkflow(rollout: Rollout): Decision['next'] {
  switch (rollout.change?.stage) {
    case 'approved':
    case 'intended':
      return 'apply-change';
    case 'written':
      return 'verify-change';
    case 'planned':
    case 'verified':
    case 'effective':
    case 'rejected':
    case 'superseded':
    case 'failed':
    case undefined:
      return null;
  }
}

/** New reports wake the domain anyway; this is for what time alone brings. */
export function dueAt(rollout: Rollout, now: Instant): Instant {
  const { change } = rollout;
  const next = nextWorkflow(rollout);
  if (next !== null) {
    const askAt = next === 'apply-change' ? askAgainAt(rollout) : now + verifyAgainIn(rollout, now);
    return Math.min(Math.max(now + 60_000, askAt), now + 6 * HOUR_MS);
  }
  if (change?.stage === 'planned' && !awaitsApproval(change)) return now + 60_000;
  if (change?.stage === 'verified' && change.effectiveAt !== null)
    return Math.min(change.effectiveAt, now + DAY_MS);
  // A window may be open for one hour only, and what a late write brings is ours for little longer.
  const isShort = hasHold(rollout, 'outside-window') || (rollout.late ?? []).length > 0;
  return now + (isShort ? HOUR_MS / 2 : 6 * HOUR_MS);
}
