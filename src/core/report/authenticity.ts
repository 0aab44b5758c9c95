import { falseClaim } from './known-reporters.js';
import type { AggregateReport } from './report.js';

/**
 * Whether a report mail itself passed DMARC (RFC 9990 3.5.2), and as whom.
 * A reporter is the domain that so authenticated, whatever `org_name` claims.
 */
export type Authenticity =
  | {
      readonly authenticated: true;
      readonly domain: string;
      readonly method: AuthenticityMethod;
      readonly reason: string;
    }
  | {
      readonly authenticated: false;
      readonly domain: null;
      readonly method: AuthenticityMethod;
      readonly reason: string;
      /** DNS did not answer: asked again later, the same mail may still pass. */
      readonly undecided?: true;
    };

/** How the reason begins where DNS did not answer. It is stored with the report, which is found again by it. */
export const KEY_NOT_LOOKED_UP = 'the DKIM key could not be looked up';

/** `upload`: a person with the operator role vouched for it. */
export type AuthenticityMethod = 'authentication-results' | 'dkim' | 'upload' | 'none';

/**
 * The authenticity of one report from that of the mail that brought it: a report that claims to be a well-known
 * reporter's, in a mail of somebody else, is not authentic. What a person vouched for is believed as it stands.
 */
export function authenticityOf(report: Pick<AggregateReport, 'orgName'>, ofMail: Authenticity): Authenticity {
  if (!ofMail.authenticated || ofMail.method === 'upload') return ofMail;
  const claim = falseClaim(report, ofMail.domain);
  if (claim === null) return ofMail;
  return { authenticated: false, domain: null, method: ofMail.method, reason: claim };
}
