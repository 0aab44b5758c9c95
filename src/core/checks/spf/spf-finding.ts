import type { Finding, Severity } from '../finding.js';
import { newFinding, type Details } from '../new-finding.js';
import { txtLine } from '../zone-line.js';

/** Characters. A TXT record may have 64 KB, and each finding repeats it. */
const LONGEST_RECORD = 4000;

/** A finding of the SPF check. A record too long to repeat is cut, and none such is advised. */
export function spfFinding(
  id: `spf-${string}`,
  severity: Severity,
  message: string,
  details: Details,
): Finding {
  const { record = null, fix = null } = details;
  return newFinding('spf', id, severity, message, {
    ...details,
    record:
      record !== null && record.length > LONGEST_RECORD ? `${record.slice(0, LONGEST_RECORD)}…` : record,
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
