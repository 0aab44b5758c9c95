import type { Footing } from './footing.js';
import type { Instant } from '../instant.js';

/** One requirement of the gate. What the API, CLI and pages show is this list; there is no second copy of the logic. */
export interface Condition {
  /** Machine word: `soak`, `month-end`, `sample`, `worst-source`, …; `subdomain-…` hold back `sp`, not the domain. */
  readonly name: string;
  /** `unknown`: cannot be judged yet; never counts as satisfied. */
  readonly satisfied: boolean | 'unknown';
  readonly actual: string;
  readonly required: string;
  readonly why: string;
  /** When it could be satisfied at the earliest; null when no date can be told. */
  readonly earliest: Instant | null;
}

/** Such a condition holds back `sp` alone. */
export function isForSubdomains({ name }: Condition): boolean {
  return name.startsWith('subdomain-');
}

/** `pass`: the next rung is safe. `fail`: it would hurt, or this one does. The other two only hold, and clear themselves. */
export type VerdictKind = 'pass' | 'fail' | 'inconclusive' | 'error';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly why: string;
  readonly conditions: readonly Condition[];
  /** Where a change up would lead, when everything passes; null: nowhere, or not yet. */
  readonly next: Footing | null;
  /** Where to step back to now, when legitimate mail fails at the present rung; else null. */
  readonly stepBackTo: Footing | null;
  readonly earliest: Instant | null;
}

/** Why a person may not push the rollout up, and what to do about it; null: the evidence knows of no harm. */
export function knownHarm({ kind, why }: Verdict): string | null {
  if (kind !== 'fail') return null;
  return `it would hurt legitimate mail: ${why}. Make that mail pass, or say whose it is (the sources of the domain), and promote again`;
}
