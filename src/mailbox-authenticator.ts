import type { Authenticity } from './core/report/authenticity.js';
import type { RecursiveLookup } from './dns/recursive-lookup.js';
import { MailAuthenticator } from './imap/authenticate-report.js';
import { ReportAuthenticator } from './ports/report-authenticator.js';
import { askedLately, txtResolver } from './txt-resolver.js';

/** What is to be known of a mailbox to believe what stands in its mail. */
export interface AuthenticatedMailbox {
  readonly name: string;
  /** authserv-id of its own mail server; null: signatures are verified. */
  readonly authservId: string | null;
}

/** Believes in each mailbox only the headers that this mailbox's own server writes: others let forged ones through. */
export class MailboxAuthenticator extends ReportAuthenticator {
  private readonly byMailbox: ReadonlyMap<string, MailAuthenticator>;
  private readonly elsewhere: MailAuthenticator;

  constructor(mailboxes: readonly AuthenticatedMailbox[], lookup: RecursiveLookup) {
    super();
    const resolveTxt = askedLately(txtResolver(lookup));
    const entries = mailboxes.map(
      ({ name, authservId }) => [name, new MailAuthenticator({ authservId, resolveTxt })] as const,
    );
    this.byMailbox = new Map(entries);
    this.elsewhere = new MailAuthenticator({ authservId: null, resolveTxt });
  }

  /** `origin`: `rua`, or `rua/Junk` for a further folder of the same mailbox. */
  authenticate(raw: Uint8Array, origin: string): Promise<Authenticity> {
    const [mailbox = origin] = origin.split('/');
    return (this.byMailbox.get(mailbox) ?? this.elsewhere).authenticate(raw);
  }
}
