import type { CheckName, Finding, Severity } from './finding.js';

/** Of what a finding consists beside its message; what is left out is null, or false. */
export type Details = Partial<Pick<Finding, 'subject' | 'isGuessed' | 'record' | 'clause' | 'fix'>>;

/** A finding. Its id begins with the check that it belongs to. */
export function newFinding<C extends CheckName>(
  check: C,
  id: `${C}-${string}`,
  severity: Severity,
  message: string,
  details: Details = {},
): Finding {
  const { subject = null, isGuessed = false, record = null, clause = null, fix = null } = details;
  return { check, id, severity, subject, isGuessed, message, record, clause, fix };
}

/** The same findings, as ones about an address, a host or a name. */
export function about(subject: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, subject }));
}

/** Text from DNS as a message may quote it: not longer than people read. */
export function quoted(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** A number with its word: `1 record`, `2 records`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
