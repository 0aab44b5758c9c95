import { z } from 'zod';
import type { Assessment, DailyCount } from '../core/evidence/assessment.js';
import { POLICIES } from '../core/record/policy.js';
import type { AuditEntry } from '../core/rollout/audit.js';
import { harmOfPolicy } from '../core/rollout/expected-harm.js';
import type { Verdict } from '../core/rollout/verdict.js';
import { SOURCE_CLASSES } from '../core/source/source.js';
import type { Outgoing } from './answers.js';
import { isoTime, isoTimeOrNull } from './iso-time.js';

const Time = z.iso.datetime();
const Day = z.iso.date();

const Footing = z.object({
  rung: z.int(),
  sp: z.enum(POLICIES).nullable().meta({ description: 'The `sp` that is written; null: as it is, or none' }),
});

export const VerdictView = z
  .object({
    kind: z.enum(['pass', 'fail', 'inconclusive', 'error']).nullable().meta({
      description:
        '`pass`: the next rung is safe; `fail`: it would hurt, or this one does; null: not evaluated',
    }),
    why: z.string(),
    conditions: z.array(
      z.object({
        name: z.string().meta({ description: 'Machine word; `subdomain-…` hold back `sp`, not the domain' }),
        satisfied: z
          .union([z.boolean(), z.literal('unknown')])
          .meta({ description: '`unknown`: cannot be judged yet' }),
        actual: z.string(),
        required: z.string(),
        why: z.string(),
        earliest: Time.nullable().meta({ description: 'When it could be satisfied at the earliest' }),
      }),
    ),
    next: Footing.nullable().meta({ description: 'Where a change up would lead; null: nowhere, or not yet' }),
    stepBackTo: Footing.nullable().meta({ description: 'Where to step back to now; null: nowhere' }),
    earliest: Time.nullable(),
  })
  .meta({ id: 'Verdict' });

const SourceHarm = z.object({
  source: z.string(),
  name: z.string(),
  class: z.enum(SOURCE_CLASSES),
  headerFrom: z.string(),
  messagesPerWeek: z.number(),
  fix: z.string().nullable(),
});

export const EvidenceView = z
  .object({
    from: Day.meta({ description: 'The first day of the window' }),
    closedThrough: Day.nullable().meta({ description: 'The last closed day; null: none yet' }),
    closedDays: z.int(),
    legitimate: z.number().meta({ description: 'Messages of authorized and forwarder in closed days' }),
    legitimatePerWeek: z.number(),
    lastReportAt: Time.nullable(),
    witnesses: z.int().meta({ description: 'Reporters that told of mail that passed' }),
    isMailReported: z.boolean(),
    reporters: z.array(
      z.object({
        reporter: z.string(),
        known: z.boolean().meta({ description: 'On the built-in list' }),
        messages: z.number().meta({ description: 'That passed, as far as they count' }),
        lastDay: Day,
        late: z.boolean(),
        missing: z.boolean().meta({ description: 'Used to report and stopped' }),
      }),
    ),
    setAside: z
      .array(z.object({ reporter: z.string(), day: Day, why: z.string() }))
      .meta({ description: 'What was left out since it can’t be so' }),
    days: z.array(
      z.object({
        day: Day,
        closed: z.boolean(),
        passed: z.number(),
        forwarded: z.number(),
        failing: z.number(),
        unknown: z.number(),
        hostile: z.number(),
      }),
    ),
    ifRejected: z
      .object({ policy: z.enum(POLICIES), messagesPerWeek: z.number(), sources: z.array(SourceHarm) })
      .meta({ description: 'The legitimate mail that `p=reject` would cost today; worst first' }),
  })
  .meta({ id: 'Evidence' });

export const HistoryView = z.object({
  history: z.array(
    z
      .object({
        at: Time,
        domain: z.string(),
        actor: z.string().meta({ description: 'The name of a token, or `ratchet`' }),
        action: z.string().meta({ description: 'Machine word: `planned`, `written`, `held`, …' }),
        cause: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
        evidence: z.unknown().meta({ description: 'What it was decided on, as it was; null: nothing' }),
      })
      .meta({ id: 'HistoryEntry' }),
  ),
});

export function verdictView(verdict: Verdict | null): Outgoing<z.infer<typeof VerdictView>> {
  if (verdict === null)
    return {
      kind: null,
      why: 'not evaluated yet',
      conditions: [],
      next: null,
      stepBackTo: null,
      earliest: null,
    };
  const conditions = verdict.conditions.map((condition) => ({
    ...condition,
    earliest: isoTimeOrNull(condition.earliest),
  }));
  return { ...verdict, conditions, earliest: isoTimeOrNull(verdict.earliest) };
}

/** The evidence of a window, and the daily numbers of the days that were asked for. */
export function evidenceView(
  domain: string,
  charted: { readonly assessment: Assessment; readonly days: readonly DailyCount[] },
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Outgoing<z.infer<typeof EvidenceView>> {
  const { sources, ...rest } = charted.assessment;
  return {
    ...rest,
    lastReportAt: isoTimeOrNull(rest.lastReportAt),
    days: charted.days.filter(({ day }) => day >= (from ?? '') && day <= (to ?? '9999')),
    ifRejected: harmOfPolicy(domain, 'reject', sources),
  };
}

export function historyView(entries: readonly AuditEntry[]): Outgoing<z.infer<typeof HistoryView>> {
  return { history: entries.map((entry) => ({ ...entry, at: isoTime(entry.at) })) };
}
