import type { Authenticity } from '../core/report/authenticity.js';

/** Says whether a report mail passed DMARC, and as which domain (RFC 9990 3.5.2). */
export abstract class ReportAuthenticator {
  /** `origin`: the mailbox it came from, whose own server's word may be believed; `upload` or `import` else. */
  abstract authenticate(raw: Uint8Array, origin: string): Promise<Authenticity>;
}
