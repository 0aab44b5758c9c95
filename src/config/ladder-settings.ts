import { z } from 'zod';
import { POLICIES, strictness } from '../core/record/policy.js';
import { LADDERS, type Ladder, type Rung } from '../core/rollout/ladder.js';

const RungSettings = z.strictObject({
  p: z.enum(POLICIES).meta({ description: 'Policy of the rung' }),
  pct: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: 'Percentage for receivers of the old kind; below 100 only together with `t: y`' }),
  t: z
    .enum(['y', 'n'])
    .optional()
    .meta({ description: 'Testing flag for receivers of the new kind; only with `pct` below 100' }),
  soakDays: z
    .int()
    .min(1)
    .max(366)
    .optional()
    .meta({ description: 'Closed days to stand here; 30 at none and full quarantine, else 7' }),
  approval: z.boolean().optional().meta({
    description: 'A person approves this rung in mode `supervised`; true where a policy begins or is full',
  }),
});
type RungSettings = z.infer<typeof RungSettings>;

/** One way in which a list of rungs is no ladder. */
export interface LadderFault {
  /** Index of the rung. */
  readonly rung: number;
  readonly message: string;
}

function isSampled(rung: RungSettings): boolean {
  return (rung.pct ?? 100) < 100;
}

function faultsOfRung(rung: RungSettings): string[] {
  const faults: string[] = [];
  if (isSampled(rung) && rung.t !== 'y')
    faults.push('pct below 100 needs t: y, else receivers of RFC 9989 apply the policy in full');
  if (rung.t === 'y' && !isSampled(rung))
    faults.push('t: y needs pct below 100, else receivers of RFC 7489 apply the policy in full');
  if (rung.p === 'none' && isSampled(rung)) faults.push('p: none takes neither pct nor t');
  return faults;
}

function faultsOfStep(below: RungSettings, rung: RungSettings): string[] {
  const faults: string[] = [];
  const rise = strictness(rung.p) - strictness(below.p);
  if (rise < 0) faults.push('a rung may not be weaker than the one below it');
  if (rise > 0 && isSampled(below))
    faults.push('the rung below must be full: the last rung of a policy has no pct and no t');
  if (rise === 0 && (rung.pct ?? 100) <= (below.pct ?? 100))
    faults.push('a rung must be stronger than the one below it');
  return faults;
}

/** What is wrong with a list of rungs, weakest first; empty when it is a ladder (DESIGN: no pct<100 without t=y). */
export function lintRungs(rungs: readonly RungSettings[]): LadderFault[] {
  const faults = rungs.flatMap((rung, index) => {
    const below = rungs[index - 1];
    const messages = [...faultsOfRung(rung), ...(below === undefined ? [] : faultsOfStep(below, rung))];
    return messages.map((message) => ({ rung: index, message }));
  });
  const last = rungs.at(-1);
  if (last === undefined) return [{ rung: 0, message: 'a ladder has at least one rung' }];
  if (isSampled(last))
    faults.push({ rung: rungs.length - 1, message: 'the last rung may have no pct and no t' });
  return faults;
}

function completeRung(rung: RungSettings, below: RungSettings | undefined): Rung {
  const sampled = isSampled(rung);
  const begins = below !== undefined && below.p !== rung.p;
  return {
    tags: sampled ? { p: rung.p, pct: rung.pct ?? 0, t: 'y' } : { p: rung.p },
    // RFC 9989 7.4: at least a month at none, and as long at quarantine
    soakDays: rung.soakDays ?? (sampled || rung.p === 'reject' ? 7 : 30),
    approval: rung.approval ?? (rung.p !== 'none' && (begins || !sampled)),
  };
}

/** A ladder of one's own; parsing it refuses what `lintRungs` finds. */
export const LadderSettings = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]{1,60}$/)
      .refine((name) => !Object.hasOwn(LADDERS, name), 'this name belongs to a built-in ladder')
      .meta({
        description: 'Name for `domains[].ladder`',
        'x-allowed': 'letters, digits, dot, dash, underscore',
      }),
    rungs: z.array(RungSettings).min(1).max(50).meta({ description: 'Weakest first' }),
  })
  .superRefine((ladder, context) => {
    for (const fault of lintRungs(ladder.rungs))
      context.addIssue({ code: 'custom', path: ['rungs', fault.rung], message: fault.message });
  })
  .transform((ladder): Ladder => ({
    name: ladder.name,
    rungs: ladder.rungs.map((rung, index) => completeRung(rung, ladder.rungs[index - 1])),
  }));
