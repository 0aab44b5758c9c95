import type { Policy, PolicyTags } from '../record/policy.js';

/** One step of a ladder. */
export interface Rung {
  readonly tags: Pick<PolicyTags, 'p' | 'pct' | 't'>;
  /** Closed days to stand here before the next rung is considered. */
  readonly soakDays: number;
  /** In `supervised` mode a person approves the change to this rung. */
  readonly approval: boolean;
}

/** Weakest rung first. A domain keeps a frozen copy from its enrolment. */
export interface Ladder {
  readonly name: string;
  readonly rungs: readonly Rung[];
}

/** A rung as its tags stand in a record: `p=quarantine; pct=10; t=y`. */
export function rungText({ tags }: Rung): string {
  const sampling = tags.pct === undefined ? '' : `; pct=${tags.pct}`;
  return `p=${tags.p}${sampling}${tags.t === undefined ? '' : `; t=${tags.t}`}`;
}

const OBSERVE: Rung = { tags: { p: 'none' }, soakDays: 30, approval: false };

function sampled(p: Policy, pct: number, approval: boolean): Rung {
  // No rung says pct<100 without t=y, nor t=y without pct<100: each bounds the other kind of receiver.
  return { tags: { p, pct, t: 'y' }, soakDays: 7, approval };
}

function full(p: Policy, soakDays: number): Rung {
  return { tags: { p }, soakDays, approval: true };
}

export const LADDERS: Readonly<Record<'gradual' | 'rfc9989' | 'parked', Ladder>> = {
  gradual: {
    name: 'gradual',
    rungs: [
      OBSERVE,
      sampled('quarantine', 10, true),
      sampled('quarantine', 25, false),
      sampled('quarantine', 50, false),
      full('quarantine', 30), // RFC 9989 7.4: as long at quarantine as at none
      sampled('reject', 25, true),
      full('reject', 7),
    ],
  },
  rfc9989: {
    name: 'rfc9989',
    rungs: [
      OBSERVE,
      sampled('quarantine', 0, true),
      full('quarantine', 30),
      sampled('reject', 0, true),
      full('reject', 7),
    ],
  },
  parked: { name: 'parked', rungs: [OBSERVE, full('reject', 7)] },
};
