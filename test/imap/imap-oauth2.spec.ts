import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ConfiguredMailboxes } from '../../src/imap/configured-mailboxes.js';
import type { OAuth2Options } from '../../src/imap/oauth2-tokens.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot, type DovecotOptions } from '../lab/dovecot.js';
import { startTokenServer, type TokenServer } from '../lab/token-server.js';
import { until } from '../lab/until.js';
import { mailboxOptions } from './mailbox-options.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };

function grantAt({ tokenUrl }: TokenServer): OAuth2Options {
  return {
    tokenUrl,
    clientId: 'client',
    clientSecret: 'secret',
    clientAuthentication: 'post',
    refreshToken: 'refresh',
    scope: null,
  };
}

describeWith(['dovecot-imapd'], 'logging in to an IMAP server with OAuth2', () => {
  let tokens: TokenServer;
  let server: Dovecot;
  let mailboxes: ConfiguredMailboxes;

  beforeAll(async () => {
    tokens = await startTokenServer(USER.name);
    server = await startDovecot({ users: [USER], introspectionUrl: tokens.introspectionUrl });
    await server.as((client) => client.mailboxCreate('Junk'));
  });
  afterAll(async () => {
    await server?.stop();
    await tokens?.stop();
  });
  beforeEach(() => {
    tokens.answer = null;
    const { accessTokens: _, ...options } = mailboxOptions(USER);
    mailboxes = new ConfiguredMailboxes(
      [{ ...options, port: server.port, password: null, folders: ['Junk'], oauth2: grantAt(tokens) }],
      { random: () => 0 },
    );
  });
  afterEach(async () => {
    for (const name of mailboxes.names()) await mailboxes.get(name).close();
  });

  it('opens the folders of a mailbox with one token', async () => {
    const before = tokens.requests.length;
    expect(mailboxes.names()).toEqual(['rua', 'rua/Junk']);
    for (const name of mailboxes.names()) expect((await mailboxes.get(name).scan()).uids).toEqual([]);
    expect(tokens.requests.length - before).toBe(1);
  });

  it('takes a new token when the server refuses the one it had', async () => {
    const before = tokens.requests.length;
    await mailboxes.get('rua').scan();
    tokens.revokeAll();
    await server.kickAll();
    await until('it is in again', () =>
      mailboxes
        .get('rua')
        .scan()
        .then(
          () => true,
          () => false,
        ),
    );
    expect(tokens.requests.length - before).toBe(2);
  });

  it('gives up after two tokens, and does not ask again at once', async () => {
    const before = tokens.requests.length;
    tokens.answer = () => ({
      status: 200,
      body: { access_token: `withdrawn-${tokens.requests.length}`, token_type: 'Bearer', expires_in: 3600 },
    });
    const box = mailboxes.get('rua');
    const first: unknown = await box.scan().catch((error: unknown) => error);
    expect(first).toMatchObject({ name: 'MailboxError', trouble: 'authentication' });
    expect(String(first)).not.toContain('withdrawn');
    await expect(box.scan()).rejects.toThrow(/next try in \d+ s$/);
    expect(tokens.requests.length - before).toBe(2);
  });

  it('says what to do when the refresh token is no longer valid', async () => {
    tokens.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
    await expect(mailboxes.get('rua').scan()).rejects.toThrow(/^mailbox rua: OAuth2: .*sign in again/);
  });
});

describeWith(['dovecot-imapd'], 'OAuth2 on servers of other kinds', () => {
  const scanOn = async (options: Omit<DovecotOptions, 'users'>, tokens: TokenServer): Promise<unknown> => {
    const server = await startDovecot({ users: [USER], ...options });
    const { accessTokens: _, ...rest } = mailboxOptions(USER);
    const mailboxes = new ConfiguredMailboxes([
      { ...rest, port: server.port, password: null, folders: [], oauth2: grantAt(tokens) },
    ]);
    try {
      return await mailboxes
        .get('rua')
        .scan()
        .catch((error: unknown) => error);
    } finally {
      await mailboxes.get('rua').close();
      await server.stop();
    }
  };

  it('one that knows XOAUTH2 only takes the token', async () => {
    const tokens = await startTokenServer(USER.name);
    const { introspectionUrl } = tokens;
    expect(await scanOn({ introspectionUrl, onlyXoauth2: true }, tokens)).toMatchObject({ uids: [] });
    await tokens.stop();
  });

  it('one that takes no tokens is told from one that refuses a token', async () => {
    const tokens = await startTokenServer(USER.name);
    expect(await scanOn({}, tokens)).toMatchObject({
      trouble: 'authentication',
      message: expect.stringMatching(/no way to log in with what the settings give/),
    });
    await tokens.stop();
  });
});
