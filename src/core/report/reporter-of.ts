import type { AggregateReport } from './report.js';
import type { Authenticity } from './authenticity.js';
import { organizationalDomain } from '../alignment/organizational-domain.js';
import { readDomain } from './read-names.js';

/**
 * Who reports: the Organizational Domain that the report mail authenticated as, whatever `org_name` claims. Without one
 * (a bare file that somebody vouches for, or a mail that failed) it is the one that the report claims.
 */
export function reporterOf(
  report: Pick<AggregateReport, 'email' | 'orgName'>,
  authenticity: Authenticity | null,
): string {
  if (authenticity?.authenticated === true && authenticity.domain !== '')
    return organizationalDomain(authenticity.domain);
  // Some write the address in angle brackets.
  const claimed = readDomain(report.email ?? '') ?? readDomain(report.orgName);
  return organizationalDomain(claimed ?? report.orgName);
}
