import { z } from 'zod';
import { RolloutSettingsPatch } from '../config/rollout-settings.js';
import {
  DEFAULT_SETTINGS,
  HOLD_REASONS,
  type Change,
  type Rollout,
  type RolloutSettings,
} from '../core/rollout/rollout.js';
import { PHASES, phaseOf } from '../core/rollout/phase.js';
import { rungText } from '../core/rollout/ladder.js';
import type { StoredRollout } from '../ports/rollout-store.js';
import type { Asked } from '../workflows/domains.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';
import { ProblemError, type ProblemKind } from './problem.js';

const Time = z.iso.datetime();

const HoldView = z.object({
  reason: z.enum(HOLD_REASONS),
  since: Time,
  by: z.string(),
  note: z.string(),
  clearsItself: z.boolean(),
  until: Time.nullable().meta({ description: 'The provider is not asked before then' }),
  failures: z.int().optional().meta({ description: 'Of a failing provider: how often it has failed since' }),
  toRung: z.int().optional().meta({ description: 'Of an abort: the rung that it is to lead to' }),
});

const ChangeView = z.object({
  id: z.string(),
  fromRung: z.int(),
  toRung: z.int(),
  direction: z.enum(['strengthen', 'weaken']),
  before: z.string().nullable(),
  after: z.string(),
  planHash: z.string().meta({ description: 'What `approve` is bound to' }),
  stage: z.string(),
  cause: z.string(),
  plannedAt: Time,
  needsApproval: z.boolean(),
  approvedBy: z.string().nullable(),
  approvalExpiresAt: Time.nullable(),
  writtenAt: Time.nullable(),
  verifiedAt: Time.nullable(),
  effectiveAt: Time.nullable(),
  receipt: z.string().nullable(),
  attempts: z.int(),
});

/** One domain's rollout as people see it. */
export const RolloutView = z
  .object({
    domain: z.string(),
    provider: z.string(),
    phase: z.enum(PHASES).meta({ description: 'Derived from rung, holds and change' }),
    ladder: z.string(),
    rungs: z.array(z.object({ tags: z.string(), soakDays: z.int(), approval: z.boolean() })),
    rung: z.int().nullable().meta({ description: 'Index into rungs; null until the record was read' }),
    stableRung: z.int(),
    record: z.string().nullable(),
    holds: z.array(HoldView),
    change: ChangeView.nullable(),
    settings: RolloutSettingsPatch.required(),
    windowStart: Time.nullable(),
    enrolledAt: Time,
    version: z.int().meta({ description: 'The ETag, for If-Match' }),
  })
  .meta({ id: 'Rollout' });
export type RolloutView = z.infer<typeof RolloutView>;

/** The same with the latest verdict in short. */
export const DomainView = RolloutView.extend({
  verdict: z
    .object({
      kind: z.enum(['pass', 'fail', 'inconclusive', 'error']),
      why: z.string(),
      earliest: Time.nullable(),
    })
    .nullable(),
  dueAt: Time.meta({ description: 'When it is looked at again at the latest' }),
}).meta({ id: 'Domain' });
export type DomainView = z.infer<typeof DomainView>;

/** Builds the view of one rollout. */
export function rolloutView(rollout: Rollout): RolloutView {
  const { change } = rollout;
  return {
    domain: rollout.domain,
    provider: rollout.provider,
    phase: phaseOf(rollout),
    ladder: rollout.ladder.name,
    rungs: rollout.ladder.rungs.map((rung) => ({
      tags: rungText(rung),
      soakDays: rung.soakDays,
      approval: rung.approval,
    })),
    rung: rollout.rung,
    stableRung: rollout.stableRung,
    record: rollout.record,
    holds: rollout.holds.map((hold) => ({
      ...hold,
      since: isoTime(hold.since),
      until: isoTimeOrNull(hold.until ?? null),
    })),
    change: change === null ? null : changeView(change),
    settings: settingsView(rollout.settings),
    windowStart: isoTimeOrNull(rollout.windowStart),
    enrolledAt: isoTime(rollout.enrolledAt),
    version: rollout.version,
  };
}

/** What was stored before a setting existed has its default. */
function settingsView(stored: RolloutSettings): RolloutView['settings'] {
  const settings = { ...DEFAULT_SETTINGS, ...stored };
  return {
    ...settings,
    windows: settings.windows.map((window) => ({ ...window, days: [...window.days] })),
    selectors: [...settings.selectors],
  };
}

function changeView(change: Change): z.infer<typeof ChangeView> {
  return {
    id: change.id,
    fromRung: change.fromRung,
    toRung: change.toRung,
    direction: change.direction,
    before: change.before,
    after: change.after,
    planHash: change.planHash,
    stage: change.stage,
    cause: change.cause,
    plannedAt: isoTime(change.plannedAt),
    needsApproval: change.needsApproval,
    approvedBy: change.approvedBy,
    approvalExpiresAt: isoTimeOrNull(change.approvalExpiresAt),
    writtenAt: isoTimeOrNull(change.writtenAt),
    verifiedAt: isoTimeOrNull(change.verifiedAt),
    effectiveAt: isoTimeOrNull(change.effectiveAt),
    receipt: change.receipt,
    attempts: change.attempts,
  };
}

/** Builds the view of what the store holds. */
export function domainView(stored: StoredRollout): DomainView {
  const { verdict } = stored;
  return {
    ...rolloutView(stored.rollout),
    verdict:
      verdict === null
        ? null
        : { kind: verdict.kind, why: verdict.why, earliest: isoTimeOrNull(verdict.earliest) },
    dueAt: isoTime(stored.dueAt),
  };
}

/** What a route may fail with that is about a domain that must be enrolled; and one that asks something of it. */
export const ENROLLED: { readonly fails: readonly ProblemKind[] } = { fails: ['not-enrolled'] };
export const COMMANDED: { readonly fails: readonly ProblemKind[] } = { fails: ['not-enrolled', 'refused'] };

function notEnrolled(domain: string): ProblemError {
  return new ProblemError('not-enrolled', `${domain} is not managed here.`);
}

/** What was stored for a domain, or the problem that there is nothing. */
export function enrolled<T>(found: T | null, domain: string): T {
  if (found === null) throw notEnrolled(domain);
  return found;
}

/** The problem of somebody who decided on a version that is no longer the latest. */
export function staleProblem(version: number, domain: string): ProblemError {
  return new ProblemError('stale', `${domain} is at version ${version} now; read it again.`, {
    headers: { ETag: `"${version}"` },
  });
}

function problemOf(asked: Exclude<Asked, { kind: 'done' }>, domain: string): ProblemError {
  if (asked.kind === 'not-enrolled') return notEnrolled(domain);
  if (asked.kind === 'stale') return staleProblem(asked.version, domain);
  if (asked.kind === 'refused') return new ProblemError('refused', asked.reason);
  return new ProblemError('already-enrolled', `${domain} is managed here already.`);
}

/** The rollout after something was asked of it; what was not done becomes a problem. */
export function answerOf(asked: Asked, domain: string): RolloutView {
  if (asked.kind === 'done') return rolloutView(asked.rollout);
  throw problemOf(asked, domain);
}
