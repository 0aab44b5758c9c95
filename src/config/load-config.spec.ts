import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LADDERS } from '../core/rollout/ladder.js';
import { DEFAULT_SETTINGS } from '../core/rollout/rollout.js';
import { hashToken } from './access-token.js';
import { loadClientConfig, loadConfig } from './load-config.js';
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

function problemsFor(yaml: string, env: Record<string, string> = {}): readonly string[] {
  write('dmarc-ratchet.yaml', yaml);
  try {
    loadConfig({ env, cwd });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const MAILBOX = '{ name: rua, host: imap.example.com, user: u, password: p }';
const PROVIDER = 'providers: [{ name: zone, type: manual }]\n';

describe('loadConfig', () => {
  it('starts without any settings: everything has a default', () => {
    const config = loadConfig({ env: {}, cwd });
    expect(config).toMatchObject({
      configFile: null,
      dataDir: path.join(cwd, 'data'),
      databaseUrl: null,
      redisUrl: null,
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      domains: [],
      tokens: [],
      ladders: Object.values(LADDERS),
      dns: { resolvers: [], authorities: [], timeoutMs: 3000, tries: 2 },
    });
  });

  it('cannot be changed afterwards', () => {
    const config = loadConfig({ env: {}, cwd });
    expect(Object.isFrozen(config) && Object.isFrozen(config.dns.resolvers)).toBe(true);
  });

  it('takes an empty variable as none', () => {
    expect(loadConfig({ env: { DATABASE_URL: '', REDIS_URL: '', PORT: '' }, cwd })).toMatchObject({
      databaseUrl: null,
      redisUrl: null,
      port: 3000,
    });
  });

  it('prefers the real environment to .env', () => {
    write('.env', 'PORT=4000\nHOST=::1\n');
    expect(loadConfig({ env: { PORT: '5000' }, cwd })).toMatchObject({ port: 5000, host: '::1' });
  });

  it('reads secrets from files and replaces ${NAME} in the settings file', () => {
    write('secrets/token', 'a-token-of-some-length\n');
    write('secrets/cf', 'cloudflare-token\n');
    write('secrets/imap', 'imap-password\n');
    write(
      'dmarc-ratchet.yaml',
      `providers: [{ name: cf, type: cloudflare, token: '\${CF_TOKEN}', note: '$\${KEPT}' }]
mailboxes: [{ name: rua, host: h, user: '\${USER_NAME}', passwordFile: secrets/imap }]
`,
    );
    const env = { API_TOKEN_FILE: 'secrets/token', CF_TOKEN_FILE: 'secrets/cf', USER_NAME: 'reports' };
    const config = loadConfig({ env, cwd });
    expect(config.providers).toEqual([
      { name: 'cf', type: 'cloudflare', options: { token: 'cloudflare-token', note: '${KEPT}' } },
    ]);
    expect(config.mailboxes[0]).toMatchObject({ user: 'reports', password: 'imap-password', port: 993 });
    expect(config.tokens).toEqual([
      { name: 'api-token', role: 'admin', sha256: hashToken('a-token-of-some-length') },
    ]);
  });

  it('takes the selectors of a domain as DNS compares them', () => {
    write('dmarc-ratchet.yaml', `${PROVIDER}domains: [{ name: a.example, selectors: [S2026, k1.mail] }]`);
    expect(loadConfig({ env: {}, cwd }).domains[0]?.settings.selectors).toEqual(['s2026', 'k1.mail']);
  });

  it('completes a domain from the defaults, its only provider and its ladder', () => {
    write(
      'dmarc-ratchet.yaml',
      `${PROVIDER}domains: [{ name: BÜCHER.example., harmCap: 5, ladder: slow }]
ladders:
  - name: slow
    rungs: [{ p: none, soakDays: 60 }, { p: quarantine, pct: 5, t: y }, { p: quarantine }, { p: reject }]
`,
    );
    expect(loadConfig({ env: {}, cwd }).domains).toEqual([
      {
        domain: 'xn--bcher-kva.example',
        provider: 'zone',
        settings: { ...DEFAULT_SETTINGS, harmCap: 5 },
        ladder: {
          name: 'slow',
          rungs: [
            { tags: { p: 'none' }, soakDays: 60, approval: false },
            { tags: { p: 'quarantine', pct: 5, t: 'y' }, soakDays: 7, approval: true },
            { tags: { p: 'quarantine' }, soakDays: 30, approval: true },
            { tags: { p: 'reject' }, soakDays: 7, approval: true },
          ],
        },
      },
    ]);
  });

  it('takes an alias in any letter case, and whom to verify with', () => {
    write(
      'dmarc-ratchet.yaml',
      `${PROVIDER}domains: [{ name: a.example, alias: _DMARC.A.ops.example, verify: both }]`,
    );
    expect(loadConfig({ env: {}, cwd }).domains[0]?.settings).toMatchObject({
      alias: '_dmarc.a.ops.example',
      verify: 'both',
    });
  });

  it('caps what is read and how long it is kept', () => {
    write('dmarc-ratchet.yaml', 'limits: { rows: 5000 }\nretention: { evidence: 430 }');
    expect(loadConfig({ env: {}, cwd })).toMatchObject({
      limits: {
        attachmentBytes: 26_214_400,
        documentBytes: 268_435_456,
        inflatedBytes: 536_870_912,
        ratio: 500,
        entries: 10_000,
        nesting: 6,
        rows: 5000,
        textLength: 2048,
        elementNesting: 32,
      },
      retention: { originals: 90, rows: 400, evidence: 430 },
    });
  });

  it('hashes the tokens of the file', () => {
    const sha256 = 'AB'.repeat(32);
    write(
      'dmarc-ratchet.yaml',
      `tokens: [{ name: ann, role: viewer, token: 0123456789abcdef-x }, { name: bob, role: approver, sha256: ${sha256} }]`,
    );
    expect(loadConfig({ env: {}, cwd }).tokens).toEqual([
      { name: 'ann', role: 'viewer', sha256: hashToken('0123456789abcdef-x') },
      { name: 'bob', role: 'approver', sha256: 'ab'.repeat(32) },
    ]);
  });
});

describe('loadClientConfig', () => {
  it.each([
    [{}, 'http://127.0.0.1:3000'],
    [{ HOST: '::1', PORT: '4000' }, 'http://[::1]:4000'],
    [{ DMARC_RATCHET_URL: 'https://ratchet.example.com/' }, 'https://ratchet.example.com'],
  ])('%o talks to %s', (env, url) => {
    expect(loadClientConfig({ env, cwd }).url).toBe(url);
  });

  it('finds the token that the service generated, and needs no sound settings file', () => {
    write('dmarc-ratchet.yaml', 'domains: [');
    expect(loadClientConfig({ env: {}, cwd }).token).toBeNull();
    write('data/api-token', 'generated-token\n');
    expect(loadClientConfig({ env: {}, cwd }).token).toBe('generated-token');
    expect(loadClientConfig({ env: { API_TOKEN: 'one-from-the-environment' }, cwd }).token).toBe(
      'one-from-the-environment',
    );
  });
});

describe('what loadConfig refuses', () => {
  it('names all problems of environment and file at once', () => {
    const problems = problemsFor(
      `domains: [{ name: nodots, harmCap: lots, provider: zome }]\n${PROVIDER}port: 1`,
      {
        PORT: 'http',
        ROLE: 'boss',
      },
    );
    expect(problems).toEqual([
      'PORT: "http" given; allowed: a whole number from 0 to 65535',
      'ROLE: "boss" given; allowed: all, api, worker',
      'dmarc-ratchet.yaml domains[0].provider: no provider is named "zome"; did you mean zone?',
      'dmarc-ratchet.yaml domains[0].name: "nodots" given; this is no domain name; example.com is one',
      'dmarc-ratchet.yaml domains[0].harmCap: "lots" given; allowed: a number from 0 to 1000000',
      'dmarc-ratchet.yaml port: unknown key; allowed here: domains, mailboxes, providers, ladders, notifications, tokens, dns, limits, retention, attributes',
    ]);
  });

  it.each([
    [
      'a misspelt key',
      `mailboxes: [{ name: a, host: h, user: u, pasword: x }]`,
      /pasword: unknown key; did you mean password\?/,
    ],
    [
      'a key in other case',
      `${PROVIDER}domains: [{ name: a.example, harmcap: 1 }]`,
      /harmcap: unknown key; did you mean harmCap\?/,
    ],
    [
      'both password and file',
      `mailboxes: [{ name: a, host: h, user: u, password: p, passwordFile: f }]`,
      /password: .*one of them/,
    ],
    [
      'evidence that ends too early',
      'retention: { evidence: 365 }',
      /evidence: 365 given; allowed: .*from 430/,
    ],
    [
      'rows kept longer than what they belong to',
      'retention: { rows: 900, evidence: 800 }',
      /rows: 900 given; rows can't be kept longer than .* evidence is 800/,
    ],
    [
      'a password without quotes',
      `mailboxes: [{ name: a, host: h, user: u, password: 12345 }]`,
      /hidden value given; .*put it in quotes/,
    ],
    [
      'a file that is not there',
      `mailboxes: [{ name: a, host: h, user: u, passwordFile: none }]`,
      /passwordFile: cannot read none: ENOENT/,
    ],
    [
      'the same name twice',
      `mailboxes: [${MAILBOX}, ${MAILBOX}]`,
      /mailboxes\[1\]\.name: "rua" stands in mailboxes\[0\] too/,
    ],
    [
      'an unknown ladder',
      `${PROVIDER}domains: [{ name: a.example, ladder: gradul }]`,
      /ladder: .*did you mean gradual\?/,
    ],
    ['no provider at all', `domains: [{ name: a.example }]`, /domains\[0\]\.provider: missing/],
    [
      'a variable that is not set',
      'mailboxes: [{ name: a, host: h, user: u, password: "${NOPE}" }]',
      /\$\{NOPE\} is not set/,
    ],
    [
      'a URL of another kind',
      `notifications: [{ name: a, type: slack, url: "ftp://x" }]`,
      /url: a hidden value given; this is no http/,
    ],
    [
      'a time zone that does not exist',
      `${PROVIDER}domains: [{ name: a.example, windows: [{ timeZone: Mars/X, days: [1], fromHour: 1, toHour: 2 }] }]`,
      /timeZone: "Mars\/X" given/,
    ],
    [
      'a window that ends before it begins',
      `${PROVIDER}domains: [{ name: a.example, windows: [{ timeZone: UTC, days: [1], fromHour: 22, toHour: 4 }] }]`,
      /two windows/,
    ],
    [
      'an alias that is no _dmarc name',
      `${PROVIDER}domains: [{ name: a.example, alias: a.ops.example }]`,
      /domains\[0\].alias: "a.ops.example" given; allowed: .*_dmarc.customer.example.net/,
    ],
    [
      'two domains under one alias',
      `${PROVIDER}domains: [{ name: a.example, alias: _dmarc.x.ops.example }, { name: b.example, alias: _dmarc.X.ops.example }]`,
      /domains\[1\]\.alias: the record of domains\[0\] stands at _dmarc\.X\.ops\.example already/,
    ],
    [
      'an alias that is the own name of another domain',
      `${PROVIDER}domains: [{ name: a.example, alias: _dmarc.b.example }, { name: b.example }]`,
      /domains\[0\]\.alias: the record of domains\[1\] stands at _dmarc\.b\.example already/,
    ],
    [
      'an alias of itself',
      `${PROVIDER}domains: [{ name: a.example, alias: _dmarc.a.example }]`,
      /alias: _dmarc\.a\.example can't be an alias of itself/,
    ],
    [
      'a selector that is none',
      `${PROVIDER}domains: [{ name: a.example, selectors: [s1, "s1 s2"] }]`,
      /domains\[0\]\.selectors\[1\]: "s1 s2" given; this is no DKIM selector/,
    ],
    [
      'more selectors than are looked at',
      `${PROVIDER}domains: [{ name: a.example, selectors: [a, b, c, d, e, f, g, h, i, j, k] }]`,
      /domains\[0\]\.selectors: .* given; allowed: at most 10 DKIM selectors/,
    ],
    [
      'nobody to verify with',
      `${PROVIDER}domains: [{ name: a.example, verify: nobody }]`,
      /domains\[0\]\.verify: .*authoritative, recursive, both/,
    ],
    ['YAML that is none', 'domains: [', /^dmarc-ratchet\.yaml: /],
    ['a list instead of keys', '- a', /^dmarc-ratchet\.yaml: \["a"\] given/],
    [
      'a token too short to be safe',
      'tokens: [{ name: a, role: viewer, token: short }]',
      /token: a hidden value given/,
    ],
  ])('%s', (_, yaml, expected) => {
    expect(problemsFor(yaml).some((problem) => expected.test(problem))).toBe(true);
  });

  it('never shows a secret', () => {
    const env = { DATABASE_URL: 'mysql://user:hunter2@host', SECRET: 'hunter2' };
    const problems = problemsFor(
      `mailboxes:
  - { name: a, host: h, user: u, password: [hunter2] }
  - { name: b, host: h, user: u, oauth2: { provider: x, clientId: c, clientSecret: [hunter2], refreshToken: 7hunter2, refreshTokenFile: f } }
tokens: [{ name: a, role: viewer, token: hunter2 }]
notifications: [{ name: a, type: slack, url: "ftp://x/hunter2" }]
providers: [{ name: "a b", type: [x], key: hunter2 }]
dns: { timeoutMs: "\${SECRET}" }
`,
      env,
    );
    expect(problems.length).toBeGreaterThanOrEqual(6);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('a settings file that was named but is not there', () => {
    expect(() => loadConfig({ env: { CONFIG_FILE: 'gone.yaml' }, cwd })).toThrow(
      /CONFIG_FILE: cannot read .*ENOENT/,
    );
  });
});
