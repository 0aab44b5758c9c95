import { MINUTE_MS } from '../instant.js';
import type { Assessment } from '../evidence/assessment.js';
import type { Draft } from './draft.js';
import { SILENT_AFTER_MS } from './gate-conditions.js';
import { isForSubdomains } from './verdict.js';
import type { Verdict } from './verdict.js';
import { holdWhile } from './draft.js';
import { warningsOf } from './refuse-write.js';
import { askAgainAt } from './ask-again.js';
import { isInsideWindow } from './change-window.js';

/** Brings the holds that clear themselves up to date; those that people set stay as they are. */
export function updateHolds(draft: Draft, assessment: Assessment, verdict: Verdict): Draft {
  const notes = [
    ['silent', silence(draft, assessment)],
    ['unclassified-source', unclassified(verdict)],
    ['inconclusive', inconclusive(draft, verdict)],
    ['outside-window', outsideWindow(draft, verdict)],
    ['provider-error', providerError(draft)],
  ] as const;
  return notes.reduce((held, [reason, note]) => holdWhile(held, reason, note), draft);
}

function silence({ rollout, now, findings }: Draft, assessment: Assessment): string | null {
  const last = assessment.lastReportAt;
  // Old reports that are brought when a domain is enrolled are no sign that none come.
  if (now - Math.max(last ?? 0, rollout.enrolledAt) <= SILENT_AFTER_MS) return null;
  if (last !== null) return 'no report has come for 3 days';
  // Where none has ever come, this may be why.
  const warnings = rollout.record === null ? [] : warningsOf(rollout.domain, rollout.record, findings);
  return ['no report has come since the domain was enrolled', ...warnings].join('; ');
}

function unclassified(verdict: Verdict): string | null {
  const condition = verdict.conditions.find((it) => it.name === 'unknown-sources');
  return condition === undefined || condition.satisfied === true ? null : condition.actual;
}

/** Waiting for the soak is the normal course and holds nothing; a verdict that can't be reached after it does. */
function inconclusive(draft: Draft, verdict: Verdict): string | null {
  if (draft.rollout.change?.byHand === true) return null;
  if (verdict.kind === 'error') return verdict.why;
  const open = verdict.conditions.filter((it) => it.satisfied !== true && !isForSubdomains(it));
  const isWaiting = open.some((it) => it.satisfied === false);
  const unknown = open.find((it) => it.satisfied === 'unknown');
  return isWaiting || unknown === undefined ? null : `${unknown.name}: ${unknown.actual}`;
}

function outsideWindow(draft: Draft, verdict: Verdict): string | null {
  if (draft.rollout.change?.byHand === true) return null; // who promotes, promotes now
  const isWanted = verdict.kind === 'pass' && verdict.next !== null;
  if (!isWanted || isInsideWindow(draft.rollout.settings.windows, draft.now)) return null;
  return 'the next change waits for its window';
}

/**
 * While there is something to write the provider is asked again after a while, and its answer clears the hold; a written
 * change that is not to be seen everywhere clears it by being seen.
 */
function providerError({ rollout, now }: Draft): string | null {
  const hold = rollout.holds.find((it) => it.reason === 'provider-error');
  if (hold === undefined) return null;
  const isOpen = rollout.change !== null && rollout.change.stage !== 'planned';
  if (rollout.change?.stage === 'planned' && now < askAgainAt(rollout)) return hold.note;
  const isOver = now - hold.since >= MINUTE_MS && now >= (hold.until ?? 0);
  return isOpen || !isOver ? hold.note : null;
}
