import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { ConfigError } from './problems.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
  writeFileSync(path.join(cwd, name), text);
}

function problemsFor(yaml: string): readonly string[] {
  write('dmarc-ratchet.yaml', yaml);
  try {
    loadConfig({ env: {}, cwd });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of a mailbox', () => {
  it('reads all secrets of a mailbox from files, and fills in what is usual at the provider', () => {
    write('secrets/client', 'client-secret\n');
    write('secrets/refresh', 'refresh-token\n');
    write('ca.pem', 'PEM\n');
    write(
      'dmarc-ratchet.yaml',
      `mailboxes:
  - name: google
    host: imap.gmail.com
    user: u
    tlsCaFile: ca.pem
    folders: [Junk]
    oauth2: { provider: google, clientId: id, clientSecretFile: secrets/client, refreshTokenFile: secrets/refresh }
  - name: m365
    host: outlook.office365.com
    user: u
    oauth2: { provider: microsoft, tenant: example.com, clientId: id, clientSecret: '\${SECRET}' }
  - name: personal
    host: outlook.office365.com
    user: u
    oauth2: { provider: microsoft, clientId: id, refreshToken: r }
  - name: own
    host: h
    user: u
    oauth2: { provider: other, tokenUrl: 'https://id.example.com/token', clientId: id, refreshToken: r, scope: mail }
`,
    );
    const { mailboxes } = loadConfig({ env: { SECRET: 's3' }, cwd });
    expect(mailboxes.map(({ oauth2 }) => oauth2)).toEqual([
      {
        tokenUrl: 'https://oauth2.googleapis.com/token',
        clientId: 'id',
        clientSecret: 'client-secret',
        clientAuthentication: 'post',
        refreshToken: 'refresh-token',
        scope: null,
      },
      {
        tokenUrl: 'https://login.microsoftonline.com/example.com/oauth2/v2.0/token',
        clientId: 'id',
        clientSecret: 's3',
        clientAuthentication: 'post',
        refreshToken: null,
        scope: 'https://outlook.office365.com/.default',
      },
      {
        tokenUrl: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
        clientId: 'id',
        clientSecret: null,
        clientAuthentication: 'post',
        refreshToken: 'r',
        scope: 'https://outlook.office.com/IMAP.AccessAsUser.All offline_access',
      },
      {
        tokenUrl: 'https://id.example.com/token',
        clientId: 'id',
        clientSecret: null,
        clientAuthentication: 'basic',
        refreshToken: 'r',
        scope: 'mail',
      },
    ]);
    expect(mailboxes[0]).toMatchObject({
      password: null,
      tlsCa: 'PEM',
      folder: 'INBOX',
      folders: ['Junk'],
      reportFolder: 'dmarc-ratchet/reports',
      failedFolder: 'dmarc-ratchet/failed',
      otherFolder: 'dmarc-ratchet/other',
    });
  });
});

describe('what is refused in the settings of a mailbox', () => {
  it.each<readonly [string, string, RegExp]>([
    [
      'both password and OAuth2',
      `mailboxes: [{ name: a, host: h, user: u, password: p, oauth2: { provider: google, clientId: c, refreshToken: r } }]`,
      /mailboxes\[0\]\.password: .*password, passwordFile or oauth2, one of them/,
    ],
    ['neither', `mailboxes: [{ name: a, host: h, user: u }]`, /password: missing; .*one of them/],
    ...(
      [
        ['provider: other, refreshToken: r', /oauth2\.tokenUrl: missing; provider other needs it/],
        ['provider: google, clientSecret: s', /oauth2\.refreshToken: missing; Google needs/],
        ['provider: microsoft, clientSecret: s', /oauth2\.tenant: missing; Microsoft needs/],
        ['provider: microsoft, tenant: t', /oauth2\.clientSecret: missing; give it, or a refreshToken/],
        [
          'provider: google, refreshToken: r, refreshTokenFile: f',
          /refreshToken: a hidden value given; .*not both/,
        ],
        [
          'provider: google, refreshToken: r, tokenUrl: "http://id.example.com/t"',
          /tokenUrl: .*no https URL/,
        ],
        [
          'provider: google, refreshToken: r, tokenUrl: "https://u:p@id.example.com/t"',
          /tokenUrl: .*no https URL/,
        ],
        ['provider: yahoo, refreshToken: r', /provider: "yahoo" given; allowed: google, microsoft, other/],
        ['provider: google, refreshTokenFile: none', /oauth2\.refreshTokenFile: cannot read none: ENOENT/],
      ] as const
    ).map(
      ([given, expected]) =>
        [
          `OAuth2 with ${given}`,
          `mailboxes: [{ name: a, host: h, user: u, oauth2: { clientId: c, ${given} } }]`,
          expected,
        ] as const,
    ),
    [
      'a folder for what is done that reports arrive in',
      `mailboxes: [{ name: a, host: h, user: u, password: p, folders: [Junk], failedFolder: Junk }]`,
      /failedFolder: "Junk" given; reports arrive in this folder/,
    ],
  ])('%s', (_, yaml, expected) => {
    expect(problemsFor(yaml).some((problem) => expected.test(problem))).toBe(true);
  });
});
