import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';

const CREDENTIALS = new Map([
  [
    'cloud',
    [
      { option: 'token', secret: true, isAddress: false, env: ['CLOUD_TOKEN', 'OTHER_TOKEN'] },
      { option: 'signingKey', secret: true, isAddress: false, env: ['CLOUD_SIGNING_KEY'] },
      { option: 'account', secret: false, isAddress: false, env: ['CLOUD_ACCOUNT'] },
      { option: 'url', secret: false, isAddress: true, env: ['CLOUD_URL'] },
      { option: 'tokenUrl', secret: false, isAddress: true, env: [] },
      { option: 'timeoutMs', secret: false, isAddress: false, env: [] },
    ],
  ],
]);

describe("a provider's credentials", () => {
  let cwd = '';
  beforeEach(() => {
    cwd = mkdtempSync(path.join(tmpdir(), 'config-'));
    writeFileSync(path.join(cwd, 'secret.txt'), 'from-file\n');
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  function optionsOf(more: string, env: Record<string, string> = {}): unknown {
    writeFileSync(path.join(cwd, 'dmarc-ratchet.yaml'), `providers: [{ name: a, type: cloud${more} }]`);
    return loadConfig({ cwd, env, credentials: CREDENTIALS }).providers[0]?.options;
  }

  it.each<[string, string, Record<string, string>, object]>([
    ['nothing is made up', '', {}, {}],
    ['a variable', '', { CLOUD_TOKEN: 'x' }, { token: 'x' }],
    ['another name of it', '', { OTHER_TOKEN: 'y', CLOUD_ACCOUNT: '7' }, { token: 'y', account: '7' }],
    ['the first name counts', '', { CLOUD_TOKEN: 'x', OTHER_TOKEN: 'y' }, { token: 'x' }],
    ['a file that a variable names', '', { CLOUD_TOKEN_FILE: 'secret.txt' }, { token: 'from-file' }],
    ['a file that the settings name', ', tokenFile: secret.txt', {}, { token: 'from-file' }],
    ['which goes before a variable', ', tokenFile: secret.txt', { CLOUD_TOKEN: 'x' }, { token: 'from-file' }],
    ['what the settings say goes before all', ', token: z', { CLOUD_TOKEN: 'x' }, { token: 'z' }],
    [
      'one of its own is not mixed',
      ', signingKey: k',
      { CLOUD_TOKEN: 'x', CLOUD_ACCOUNT: '7' },
      { signingKey: 'k' },
    ],
    ['nor one of a file', ', signingKeyFile: secret.txt', { CLOUD_TOKEN: 'x' }, { signingKey: 'from-file' }],
    ['an account is no credential', ', account: "7"', { CLOUD_TOKEN: 'x' }, { account: '7', token: 'x' }],
    ['only secrets have files', ', accountFile: secret.txt', {}, { accountFile: 'secret.txt' }],
  ])('%s', (_title, more, env, expected) => {
    expect(optionsOf(more, env)).toEqual(expected);
  });

  const URL_OF_IT = 'https://dns.example.com';
  const OURS = { CLOUD_URL: URL_OF_IT, CLOUD_TOKEN: 'x' };

  it.each<[string, string, Record<string, string>, object]>([
    ['both of the environment', '', OURS, { url: URL_OF_IT, token: 'x' }],
    ['the same address in the settings', `, url: ${URL_OF_IT}`, OURS, { url: URL_OF_IT, token: 'x' }],
    ['its variable in the settings', ', url: "${CLOUD_URL}"', OURS, { url: URL_OF_IT, token: 'x' }],
    [
      'a secret that the settings name by its variable',
      ', url: https://other.test, token: "${CLOUD_TOKEN}"',
      OURS,
      { url: 'https://other.test', token: 'x' },
    ],
    [
      'a secret in a file that the settings name',
      ', url: https://other.test, tokenFile: secret.txt',
      OURS,
      { url: 'https://other.test', token: 'from-file' },
    ],
    ['no secret anywhere', ', url: https://other.test', {}, { url: 'https://other.test' }],
    [
      'no secret, but an account',
      ', url: https://other.test',
      { CLOUD_ACCOUNT: '7' },
      { url: 'https://other.test', account: '7' },
    ],
  ])('an address and its secret: %s', (_title, more, env, expected) => {
    expect(optionsOf(more, env)).toEqual(expected);
  });

  it.each<[string, string, Record<string, string>]>([
    ['an address of the settings', ', url: "https://u:p@other.test/x?y"', { CLOUD_TOKEN: 'x1x2x3' }],
    [
      'another one than that of the environment',
      ', url: https://other.test',
      { ...OURS, CLOUD_TOKEN: 'x1x2x3' },
    ],
    ['one that no variable gives', ', tokenUrl: https://other.test', { CLOUD_TOKEN: 'x1x2x3' }],
    [
      'a secret in a file that a variable names',
      ', url: https://other.test',
      { CLOUD_TOKEN_FILE: 'secret.txt' },
    ],
  ])('a secret of the environment is not sent to %s', (_title, more, env) => {
    const attempt = () => optionsOf(more, env);
    expect(attempt).toThrow(
      /rl: https:\/\/other\.test would be sent .*CLOUD_TOKEN, OTHER_TOKEN.*token: \$\{CLOUD_TOKEN\}/,
    );
    expect(attempt).not.toThrow(/x1x2x3|from-file|u:p/);
  });

  it('says which file cannot be read', () => {
    expect(() => optionsOf(', tokenFile: gone.txt')).toThrow(
      /providers\[0\].tokenFile: cannot read gone.txt/,
    );
  });
});
