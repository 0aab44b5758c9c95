export type CheckName = 'rdns' | 'mx' | 'spf' | 'dkim' | 'dmarc';

/** `unknown`: could not be looked up; says nothing about the domain. */
export type Severity = 'ok' | 'info' | 'warning' | 'error' | 'unknown';

/** One thing that a check found. */
export interface Finding {
  readonly check: CheckName;
  /** Stable machine word: `dmarc-no-rua`. */
  readonly id: string;
  readonly severity: Severity;
  /**
   * What of the domain it is about: an address, the name of a host, the name at which a key or another record stands;
   * null: the domain as a whole.
   */
  readonly subject: string | null;
  /** It is about selectors that were tried because many use them; whether any mail is signed with them is not known. */
  readonly isGuessed: boolean;
  /** A sentence for people. */
  readonly message: string;
  /** The text that it is about; null: none. */
  readonly record: string | null;
  /** `RFC 9989 4.7`; null when no standard says so. */
  readonly clause: string | null;
  /** What to do about it; null: nothing. */
  readonly fix: string | null;
}

const WORST_FIRST = ['error', 'unknown', 'warning', 'info', 'ok'] as const satisfies readonly Severity[];

/** The worst of the findings. One that could not be looked up outweighs a warning; no findings at all are `unknown`. */
export function overallStatus(findings: readonly Pick<Finding, 'severity'>[]): Severity {
  return WORST_FIRST.find((severity) => findings.some((found) => found.severity === severity)) ?? 'unknown';
}
