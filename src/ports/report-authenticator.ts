import type { Authenticity } from '../core/report/authenticity.js';

/** Says whether a report mail passed DMARC, and as which domain (RFC 9990 3.5.2). */
export abstract class ReportAuthenticator {
  abstract authenticate(raw: Uint8Array): Promise<Authenticity>;
}
