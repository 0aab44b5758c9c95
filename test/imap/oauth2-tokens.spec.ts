import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OAuth2Tokens, type OAuth2Options } from '../../src/imap/oauth2-tokens.js';
import { startTokenServer, type TokenAnswer, type TokenServer } from '../lab/token-server.js';
import { freePort } from '../lab/free-port.js';

const SECRETS = ['client-secret-5', 'refresh-token-7', 'leaked-9'];

let server: TokenServer;
beforeEach(async () => {
  server = await startTokenServer('reports');
});
afterEach(() => server.stop());

const clock = { now: 1_000_000_000 };

function tokens(more: Partial<OAuth2Options> = {}): OAuth2Tokens {
  const options: OAuth2Options = {
    tokenUrl: server.tokenUrl,
    clientId: 'client',
    clientSecret: 'client-secret-5',
    clientAuthentication: 'post',
    refreshToken: 'refresh-token-7',
    scope: 'mail',
    ...more,
  };
  return new OAuth2Tokens('rua', options, () => clock.now);
}

async function failure(of: OAuth2Tokens): Promise<unknown> {
  const error: unknown = await of.current().then(
    () => 'there was a token',
    (reason: unknown) => reason,
  );
  const shown = [
    String(error),
    JSON.stringify(error),
    (error as Error).stack,
    String((error as Error).cause),
  ];
  for (const secret of SECRETS) expect(shown.join(' ')).not.toContain(secret);
  return error;
}

describe('access tokens', () => {
  it('come for a refresh token', async () => {
    expect(await tokens().current()).toMatch(/^access-token-1-/);
    expect(server.requests).toEqual([
      {
        form: {
          grant_type: 'refresh_token',
          refresh_token: 'refresh-token-7',
          client_id: 'client',
          client_secret: 'client-secret-5',
          scope: 'mail',
        },
        authorization: undefined,
      },
    ]);
  });

  it('come for the client’s own credentials when there is no refresh token', async () => {
    await tokens({ refreshToken: null, clientAuthentication: 'basic' }).current();
    expect(server.requests).toEqual([
      {
        form: { grant_type: 'client_credentials', scope: 'mail' },
        authorization: `Basic ${Buffer.from('client:client%2Dsecret%2D5').toString('base64')}`,
      },
    ]);
  });

  it('come to public clients, and without a scope', async () => {
    await tokens({ clientSecret: null, scope: null }).current();
    expect(server.requests[0]?.form).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-token-7',
      client_id: 'client',
    });
  });

  it('are kept until a minute before they expire', async () => {
    const kept = tokens();
    const first = await kept.current();
    clock.now += 3_539_000;
    expect(await kept.current()).toBe(first);
    clock.now += 2000;
    expect(await kept.current()).not.toBe(first);
    expect(server.requests).toHaveLength(2);
  });

  it('are asked for once by all who wait', async () => {
    const kept = tokens();
    const all = await Promise.all([kept.current(), kept.current(), kept.renewed('another')]);
    expect(new Set(all).size).toBe(1);
    expect(server.requests).toHaveLength(1);
  });

  it('are renewed once when several say that the same one is refused', async () => {
    const kept = tokens();
    const old = await kept.current();
    const renewed = await kept.renewed(old);
    expect(renewed).not.toBe(old);
    expect(await kept.renewed(old)).toBe(renewed);
    expect(server.requests).toHaveLength(2);
  });

  it('come for the refresh token that replaced the first one', async () => {
    const kept = tokens();
    server.refreshToken = 'rotated';
    await kept.renewed(await kept.current());
    expect(server.requests.map(({ form }) => form['refresh_token'])).toEqual(['refresh-token-7', 'rotated']);
  });

  it('come again after a failure', async () => {
    const kept = tokens();
    server.answer = () => ({ status: 503, body: 'leaked-9' });
    expect(await failure(kept)).toMatchObject({ reason: 'unreachable', trouble: 'connection' });
    server.answer = null;
    expect(await kept.current()).toMatch(/^access-token/);
  });

  it('are not checked for who signed in', async () => {
    const body = { access_token: 'a', token_type: 'Bearer', expires_in: '3600', id_token: 'nonsense' };
    server.answer = () => ({ status: 200, body });
    expect(await tokens().current()).toBe('a');
  });
});

describe('what a token server may answer instead', () => {
  const error = (code: string): TokenAnswer => ({
    status: 400,
    body: { error: code, error_description: 'leaked-9 refresh-token-7' },
  });

  it.each<[string, TokenAnswer, { reason: string; trouble: string; message: RegExp }]>([
    [
      'invalid_grant',
      error('invalid_grant'),
      { reason: 'sign-in-again', trouble: 'authentication', message: /sign in again.*\(invalid_grant\)/ },
    ],
    [
      'invalid_client with a challenge',
      { ...error('invalid_client'), status: 401, headers: { 'www-authenticate': 'Basic realm="leaked-9"' } },
      { reason: 'client-refused', trouble: 'authentication', message: /client id or its secret is wrong/ },
    ],
    [
      'invalid_scope',
      error('invalid_scope'),
      { reason: 'scope-refused', trouble: 'authentication', message: /scope is wrong/ },
    ],
    [
      'an error of its own',
      error('leaked-9'),
      { reason: 'refused', trouble: 'authentication', message: /refuses a token$/ },
    ],
    [
      'a name that objects have anyway',
      error('constructor'),
      { reason: 'refused', trouble: 'authentication', message: /refuses a token$/ },
    ],
    [
      'HTML',
      { status: 200, body: '<p>leaked-9' },
      { reason: 'unreachable', trouble: 'connection', message: /no JSON/ },
    ],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      { reason: 'unreachable', trouble: 'connection', message: /status 302/ },
    ],
    [
      'too many requests',
      { status: 429, body: error('slow_down').body },
      { reason: 'unreachable', trouble: 'connection', message: /status 429/ },
    ],
    [
      'a million characters',
      { status: 200, body: { access_token: 'x'.repeat(1_000_000), token_type: 'Bearer' } },
      { reason: 'unreachable', trouble: 'connection', message: /too long/ },
    ],
    [
      'a token with a line break',
      { status: 200, body: { access_token: 'leaked-9\r\nA1 LOGOUT', token_type: 'Bearer' } },
      { reason: 'unreachable', trouble: 'connection', message: /no usable token/ },
    ],
    [
      'a token of an unknown kind',
      { status: 200, body: { access_token: 'leaked-9', token_type: 'mac' } },
      { reason: 'bad-answer', trouble: 'server', message: /not one of RFC 6749/ },
    ],
    [
      'no token',
      { status: 200, body: { token_type: 'Bearer' } },
      { reason: 'bad-answer', trouble: 'server', message: /not one of RFC 6749/ },
    ],
    [
      'a list',
      { status: 200, body: [] },
      { reason: 'unreachable', trouble: 'connection', message: /no JSON object/ },
    ],
  ])('%s', async (_, answer, { reason, trouble, message }) => {
    server.answer = () => answer;
    const error = await failure(tokens());
    expect(error).toMatchObject({ name: 'MailboxError', reason, trouble });
    expect((error as Error).message).toMatch(/^mailbox rua: OAuth2: /);
    expect((error as Error).message).toMatch(message);
  });

  it('nothing, since there is no server', async () => {
    const tokenUrl = `http://127.0.0.1:${await freePort()}/token`;
    expect(await failure(tokens({ tokenUrl }))).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/does not answer: ECONNREFUSED/),
    });
  });

  it('nothing that is asked over an open network', async () => {
    expect(await failure(tokens({ tokenUrl: 'http://192.0.2.1/token' }))).toMatchObject({
      reason: 'bad-answer',
    });
  });
});
