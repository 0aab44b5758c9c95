import type { Finding, Severity } from '../finding.js';
import { newFinding } from '../new-finding.js';
import { txtLine } from '../zone-line.js';

/** Characters. A TXT record may have 64 KB, and each finding repeats it. */
const LONGEST_RECORD = 4000;

/** A finding of the SPF check. A record too long to repeat is cut, and none such is advised. */
export function spfFinding(
  id: `spf-${string}`,
  severity: Severity,
  message: string,
  more: Partial<Pick<Finding, 'record' | 'clause' | 'fix'>>,
): Finding {
  const { record = null, clause = null, fix = null } = more;
  return newFinding('spf', id, severity, message, {
    record:
      record !== null && record.length > LONGEST_RECORD ? `${record.slice(0, LONGEST_RECORD)}…` : record,
    clause,
    fix: fix !== null && fix.length > LONGEST_RECORD ? 'Shorten the record.' : fix,
  });
}

/** What to do: a record to publish in place of the one that stands there. */
export function publish(domain: string, text: string): string {
  return `Publish ${txtLine(domain, text)}`;
}

/** `1,024 octets`, `1 network`, `2 addresses`. */
export function count(number: number, noun: string): string {
  const ending = number === 1 ? '' : noun.endsWith('s') ? 'es' : 's';
  return `${number.toLocaleString('en-US')} ${noun}${ending}`;
}
