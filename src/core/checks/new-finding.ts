import type { CheckName, Finding, Severity } from './finding.js';

/** Of what a finding consists beside its message; what is left out is null. */
type Details = Partial<Pick<Finding, 'record' | 'clause' | 'fix'>>;

/** A finding. Its id begins with the check that it belongs to. */
export function newFinding<C extends CheckName>(
  check: C,
  id: `${C}-${string}`,
  severity: Severity,
  message: string,
  details: Details = {},
): Finding {
  return { check, id, severity, message, record: null, clause: null, fix: null, ...details };
}

/** Text from DNS as a message may quote it: not longer than people read. */
export function quoted(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** A number with its word: `1 record`, `2 records`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
