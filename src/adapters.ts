import { Logger } from '@nestjs/common';
import type { Adapters } from './app.module.js';
import type { Config } from './config/config.js';
import type { Authenticity } from './core/report/authenticity.js';
import { AuthoritativeObserver } from './dns/authoritative-observer.js';
import { DnsAddressLookup } from './dns/dns-address-lookup.js';
import { RecursiveDnsLookup } from './dns/dns-questions.js';
import { RecursiveLookup } from './dns/recursive-lookup.js';
import { ZonedLookup } from './dns/zoned-lookup.js';
import { MailAuthenticator } from './imap/authenticate-report.js';
import { ConfiguredMailboxes } from './imap/configured-mailboxes.js';
import { DEFAULT_LIMITS, type UnpackLimits } from './imap/unpack/unpack-limits.js';
import { MimeUnpacker } from './imap/unpack/unpack-message.js';
import { ChannelNotifier } from './notify/channel-notifier.js';
import type { Clock } from './ports/clock.js';
import { ReportAuthenticator } from './ports/report-authenticator.js';
import { ConfiguredProviders } from './providers/registry.js';
import { askedLately, txtResolver } from './txt-resolver.js';

/** Believes in each mailbox only the headers that this mailbox's own server writes: others let forged ones through. */
class MailboxAuthenticator extends ReportAuthenticator {
  private readonly byMailbox: ReadonlyMap<string, MailAuthenticator>;
  private readonly elsewhere: MailAuthenticator;

  constructor(mailboxes: Config['mailboxes'], lookup: RecursiveLookup) {
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

function mailboxesOf({ mailboxes }: Config): ConfiguredMailboxes {
  const log = new Logger('mailbox');
  return new ConfiguredMailboxes(mailboxes, { onTrouble: ({ message }) => log.warn(message) });
}

/** A mail that a mailbox lets in must not be too large for what takes it apart. */
function unpackLimitsOf({ limits, mailboxes }: Config): UnpackLimits {
  const sizes = mailboxes.map(({ maxMessageBytes }) => maxMessageBytes);
  return { ...DEFAULT_LIMITS, ...limits, messageBytes: Math.max(DEFAULT_LIMITS.messageBytes, ...sizes) };
}

/** The adapters that the settings ask for. Connects to nothing. Throws a RangeError for wrong provider options. */
export function adaptersOf(config: Config, clock: Clock): Adapters {
  const observer = new AuthoritativeObserver({ ...config.dns, port: 53 });
  const lookup = new RecursiveLookup(config.dns);
  return {
    clock,
    observer,
    providers: new ConfiguredProviders(config.providers, { observer }),
    mailboxes: mailboxesOf(config),
    unpacker: new MimeUnpacker(unpackLimitsOf(config)),
    authenticator: new MailboxAuthenticator(config.mailboxes, lookup),
    notifier: new ChannelNotifier(config.notifications, clock),
    addresses: new DnsAddressLookup(lookup, config.attributes),
    lookup: new RecursiveDnsLookup(new ZonedLookup(config.dns)),
  };
}
