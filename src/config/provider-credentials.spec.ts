import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';

const CREDENTIALS = new Map([
  [
    'cloud',
    [
      { option: 'token', secret: true, env: ['CLOUD_TOKEN', 'OTHER_TOKEN'] },
      { option: 'signingKey', secret: true, env: ['CLOUD_SIGNING_KEY'] },
      { option: 'account', secret: false, env: ['CLOUD_ACCOUNT'] },
      { option: 'timeoutMs', secret: false, env: [] },
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

  it('says which file cannot be read', () => {
    expect(() => optionsOf(', tokenFile: gone.txt')).toThrow(
      /providers\[0\].tokenFile: cannot read gone.txt/,
    );
  });
});
