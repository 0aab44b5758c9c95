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
    };

/** `upload`: a person with the operator role vouched for it. */
export type AuthenticityMethod = 'authentication-results' | 'dkim' | 'upload' | 'none';
