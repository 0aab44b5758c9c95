import type { ImapMailboxOptions } from '../../src/imap/imap-mailbox.js';

/** Settings of a mailbox on loopback as tests need them; the port comes from the server. */
export function mailboxOptions(user: {
  readonly name: string;
  readonly password: string;
}): ImapMailboxOptions {
  return {
    name: 'rua',
    host: '127.0.0.1',
    port: 0,
    tls: 'none',
    tlsCa: null,
    user: user.name,
    password: user.password,
    accessTokens: null,
    folder: 'INBOX',
    pollSeconds: 300,
    reportFolder: 'DMARC/Reports',
    failedFolder: 'DMARC/Unreadable',
    otherFolder: 'DMARC/Not-reports',
    maxMessageBytes: 1_000_000,
  };
}
