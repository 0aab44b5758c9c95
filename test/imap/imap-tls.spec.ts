import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ImapMailbox, type ImapMailboxOptions } from '../../src/imap/imap-mailbox.js';
import { makeAuthority, type Authority } from '../lab/certificates.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { mailboxOptions } from './mailbox-options.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };
const NAMES = 'DNS:localhost,IP:127.0.0.1';

describeWith(['dovecot-imapd', 'openssl'], 'TLS to an IMAP server', () => {
  let authority: Authority;
  let servers: Readonly<Record<'good' | 'misnamed' | 'expired' | 'plain', Dovecot>>;
  const open: ImapMailbox[] = [];

  beforeAll(async () => {
    authority = await makeAuthority();
    const start = async (names: string, days = 30) =>
      startDovecot({ users: [USER], certificate: await authority.issue({ names, days }) });
    servers = {
      good: await start(NAMES),
      misnamed: await start('DNS:mail.example'),
      expired: await start(NAMES, -1),
      plain: await startDovecot({ users: [USER] }),
    };
  });
  afterAll(async () => {
    for (const server of Object.values(servers ?? {})) await server.stop();
    await authority?.remove();
  });
  afterEach(async () => {
    for (const box of open.splice(0)) await box.close();
  });

  function mailbox(more: Partial<ImapMailboxOptions>): ImapMailbox {
    const box = new ImapMailbox({ ...mailboxOptions(USER), tlsCa: authority.pem, ...more });
    open.push(box);
    return box;
  }

  function refusal(more: Partial<ImapMailboxOptions>): Promise<unknown> {
    return mailbox(more)
      .scan()
      .then(
        () => 'it was let in',
        (error: unknown) => error,
      );
  }

  const portOf = (server: Dovecot, tls: 'implicit' | 'starttls'): number =>
    tls === 'implicit' ? server.tlsPort : server.port;

  it.each(['implicit', 'starttls'] as const)(
    '%s: the right authority passes, by name and by address',
    async (tls) => {
      for (const host of ['localhost', '127.0.0.1']) {
        const scan = await mailbox({ tls, host, port: portOf(servers.good, tls) }).scan();
        expect(scan.uids).toEqual([]);
      }
    },
  );

  it.each(['implicit', 'starttls'] as const)('%s: an authority that nobody knows is refused', async (tls) => {
    expect(await refusal({ tls, port: portOf(servers.good, tls), tlsCa: null })).toMatchObject({
      name: 'MailboxError',
      trouble: 'tls',
      message: expect.stringMatching(/^mailbox rua: .*authority that this machine does not know.*tlsCaFile/),
    });
  });

  it.each(['implicit', 'starttls'] as const)('%s: a certificate for another name is refused', async (tls) => {
    expect(await refusal({ tls, host: 'localhost', port: portOf(servers.misnamed, tls) })).toMatchObject({
      trouble: 'tls',
      message: expect.stringMatching(/certificate is for another name; .*host \(.*mail\.example/),
    });
  });

  it.each(['implicit', 'starttls'] as const)('%s: an expired certificate is refused', async (tls) => {
    expect(await refusal({ tls, port: portOf(servers.expired, tls) })).toMatchObject({
      trouble: 'tls',
      message: expect.stringMatching(/certificate has expired; it must be renewed/),
    });
  });

  it('a server without STARTTLS is refused, before anything secret is sent', async () => {
    expect(await refusal({ tls: 'starttls', port: servers.plain.port })).toMatchObject({
      trouble: 'tls',
      message: expect.stringMatching(/does not offer STARTTLS, and nothing is sent in the clear/),
    });
  });

  it('implicit TLS on a port that begins in the clear says so', async () => {
    expect(await refusal({ tls: 'implicit', port: servers.good.port })).toMatchObject({
      trouble: 'tls',
      message: expect.stringMatching(/does not speak TLS on this port; .*starttls/),
    });
  });
});
