import { Logger } from '@nestjs/common';
import type { Adapters } from './app.module.js';
import type { Config } from './config/config.js';
import { AuthoritativeObserver } from './dns/authoritative-observer.js';
import { DnsAddressLookup } from './dns/dns-address-lookup.js';
import { RecursiveDnsLookup } from './dns/dns-questions.js';
import { RecursiveLookup } from './dns/recursive-lookup.js';
import { ZonedLookup } from './dns/zoned-lookup.js';
import { dkimVerifier } from './imap/dkim-verifier.js';
import { ConfiguredMailboxes } from './imap/configured-mailboxes.js';
import { MimeUnpacker } from './imap/unpack/unpack-message.js';
import { MailboxAuthenticator } from './mailbox-authenticator.js';
import { ChannelNotifier } from './notify/channel-notifier.js';
import type { Clock } from './ports/clock.js';
import { ConfiguredProviders } from './providers/registry.js';
import { TroubleLog } from './trouble-log.js';
import { unpackLimits } from './report-limits.js';

function mailboxesOf({ mailboxes }: Config): ConfiguredMailboxes {
  const log = new Logger('mailbox');
  const troubles = new TroubleLog();
  return new ConfiguredMailboxes(mailboxes, {
    onTrouble: ({ message }) => {
      const [mailbox = ''] = message.split(': ');
      if (troubles.isNews(mailbox, message)) log.warn(message);
    },
  });
}

/** A channel that fails is tried again for a day: one line when that begins, and one when it is over. */
function notifierOf({ notifications }: Config, clock: Clock): ChannelNotifier {
  const log = new Logger('notify');
  const troubles = new TroubleLog();
  return new ChannelNotifier(notifications, clock, undefined, (channel, error) => {
    if (error === null && troubles.isOver(channel))
      log.log('a notification channel takes notices again', { channel });
    if (error !== null && troubles.isNews(channel, error))
      log.warn('a notice was not taken, and is sent again later', { channel, error });
  });
}

/** The adapters that the settings ask for. Connects to nothing. Throws a RangeError for wrong provider options. */
export function adaptersOf(config: Config, clock: Clock): Adapters {
  const observer = new AuthoritativeObserver({ ...config.dns, port: 53 });
  const lookup = new RecursiveLookup(config.dns);
  void dkimVerifier(); // while the service starts nobody waits
  return {
    clock,
    observer,
    providers: new ConfiguredProviders(config.providers, { observer }),
    mailboxes: mailboxesOf(config),
    unpacker: new MimeUnpacker(unpackLimits(config)),
    authenticator: new MailboxAuthenticator(config.mailboxes, lookup),
    notifier: notifierOf(config, clock),
    addresses: new DnsAddressLookup(lookup, config.attributes),
    lookup: new RecursiveDnsLookup(new ZonedLookup(config.dns)),
  };
}
