import type { Adapters } from './app.module.js';
import type { Config } from './config/config.js';
import type { Authenticity } from './core/report/authenticity.js';
import { AuthoritativeObserver } from './dns/authoritative-observer.js';
import { RecursiveLookup } from './dns/recursive-lookup.js';
import { MailAuthenticator } from './imap/authenticate-report.js';
import { ConfiguredMailboxes } from './imap/configured-mailboxes.js';
import { MimeUnpacker } from './imap/unpack-message.js';
import { ChannelNotifier } from './notify/channel-notifier.js';
import type { Clock } from './ports/clock.js';
import { ReportAuthenticator } from './ports/report-authenticator.js';
import { ConfiguredProviders } from './providers/registry.js';
import { txtResolver } from './txt-resolver.js';

/** Believes in each mailbox only the headers that this mailbox's own server writes: others let forged ones through. */
class MailboxAuthenticator extends ReportAuthenticator {
  private readonly byMailbox: ReadonlyMap<string, MailAuthenticator>;
  private readonly elsewhere: MailAuthenticator;

  constructor(mailboxes: Config['mailboxes'], lookup: RecursiveLookup) {
    super();
    const resolveTxt = txtResolver(lookup);
    const entries = mailboxes.map(
      ({ name, authservId }) => [name, new MailAuthenticator({ authservId, resolveTxt })] as const,
    );
    this.byMailbox = new Map(entries);
    this.elsewhere = new MailAuthenticator({ authservId: null, resolveTxt });
  }

  authenticate(raw: Uint8Array, origin: string): Promise<Authenticity> {
    return (this.byMailbox.get(origin) ?? this.elsewhere).authenticate(raw);
  }
}

/** The adapters that the settings ask for. Connects to nothing. Throws a RangeError for wrong provider options. */
export function adaptersOf(config: Config, clock: Clock): Adapters {
  const observer = new AuthoritativeObserver({ ...config.dns, port: 53 });
  return {
    clock,
    observer,
    providers: new ConfiguredProviders(config.providers, { observer }),
    mailboxes: new ConfiguredMailboxes(config.mailboxes),
    unpacker: new MimeUnpacker(),
    authenticator: new MailboxAuthenticator(config.mailboxes, new RecursiveLookup(config.dns)),
    notifier: new ChannelNotifier(config.notifications, clock),
  };
}
