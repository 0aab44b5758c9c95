import type { AggregateReport } from './report.js';
import type { Authenticity } from './authenticity.js';
import { organizationalDomain } from '../alignment/organizational-domain.js';

/**
 * Who reports: the Organizational Domain that the report mail authenticated as, whatever `org_name` claims. Without one
 * (a bare file that somebody vouches for, or a mail that failed) it is the one that the report claims.
 */
export function reporterOf(report: AggregateReport, authenticity: Authenticity | null): string {
  if (authenticity?.authenticated === true && authenticity.domain !== '')
    return organizationalDomain(authenticity.domain);
  const claimed = report.email?.split('@').at(-1) ?? '';
  return organizationalDomain(claimed === '' ? report.orgName : claimed);
}
