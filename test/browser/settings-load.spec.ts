import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import {
  ConfiguredProviders,
  CREDENTIAL_SOURCES,
  PROVIDER_DESCRIPTORS,
  SettingsCatalogue,
} from '../../src/providers/registry.js';
import { readAnswers } from '../../src/web/set-up/answers.js';
import { credentialTexts } from '../../src/web/set-up/credential-text.js';
import { settingsText } from '../../src/web/set-up/settings-text.js';
import { observer } from './pages-lab.js';

const SERVICE_ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'ratchet@project.example',
  private_key: '-----BEGIN PRIVATE KEY-----',
});
const GUID = '11111111-2222-3333-4444-555555555555';

/** What a postmaster might fill in: type, options as text, the secrets that are given; another content than `SECRET` where one is needed. */
const SAMPLES: readonly [string, Record<string, string>, readonly string[], string?][] = [
  [
    'rfc2136',
    { server: '192.0.2.53', port: '5353', keyName: 'ratchet', signQueries: 'false' },
    ['keySecret'],
  ],
  ['powerdns', { url: 'https://ns1.example.com:8081', timeoutMs: '2000' }, ['apiKey']],
  ['route53', { hostedZoneId: 'Z0123456789ABC' }, []],
  ['route53', { accessKeyId: 'AKIAEXAMPLE', externalId: '123456' }, ['secretAccessKey', 'sessionToken']],
  ['google', { project: 'mail-1' }, []],
  ['google', { managedZone: 'main' }, ['serviceAccount'], SERVICE_ACCOUNT],
  ['azure', { subscriptionId: GUID }, []],
  ['azure', { subscriptionId: GUID, tenantId: GUID, clientId: GUID }, ['clientSecret']],
  ['cloudflare', { account: '1'.repeat(32) }, ['token', 'zoneToken']],
  ['hetzner', {}, ['token']],
  ['ovh', { endpoint: 'ovh-ca' }, ['applicationKey', 'applicationSecret', 'consumerKey']],
  ['ovh', { clientId: 'EU.0123' }, ['clientSecret']],
  ['gandi', {}, ['token']],
  ['desec', {}, ['token']],
  ['digitalocean', {}, ['token']],
  ['vultr', {}, ['apiKey']],
  ['linode', {}, ['token']],
  ['dnsimple', { account: '1010' }, ['token']],
  ['porkbun', {}, ['apiKey', 'secretApiKey']],
  ['godaddy', {}, ['apiKey', 'apiSecret']],
  ['scaleway', {}, ['secretKey']],
  ['webhook', { url: 'https://dns.example.com/hook' }, ['signingSecret']],
  [
    'git',
    { repository: '/srv/dns', file: 'zones/{domain}.yaml', format: 'octodns', patches: '/srv/${NAME}/$x' },
    [],
  ],
  ['manual', {}, []],
];

const catalogue = new SettingsCatalogue([]);

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'set-up-'));
  mkdirSync(path.join(cwd, 'secrets'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** The settings that the page writes for these answers. */
function written(type: string, answers: Record<string, string>): string {
  const descriptor = PROVIDER_DESCRIPTORS.find(({ id }) => id === type)!;
  const given = { name: 'main', domains: 'example.com shop.example', ...answers };
  const reading = readAnswers(descriptor, new Map(Object.entries(given)));
  if (reading.kind === 'mistakes') throw new Error(JSON.stringify(reading.mistakes));
  const { choice } = reading;
  const faults = catalogue.faults(type, choice.options, [...choice.secrets.keys()]);
  if (faults.length > 0) throw new Error(faults.map(({ option, message }) => `${option}: ${message}`).join());
  return settingsText(type, choice);
}

function load(yaml: string, env: Record<string, string> = {}) {
  writeFileSync(path.join(cwd, 'dmarc-ratchet.yaml'), yaml);
  const config = loadConfig({ cwd, env, credentials: CREDENTIAL_SOURCES });
  expect(new ConfiguredProviders(config.providers, { observer }).names()).toEqual(['main']);
  expect(config.domains.map(({ domain, provider }) => [domain, provider])).toEqual([
    ['example.com', 'main'],
    ['shop.example', 'main'],
  ]);
  return config.providers[0]!;
}

function optionAnswers(options: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [`option-${name}`, value]));
}

/** Each secret in a variable, or in a file, of its own. */
function secretAnswers(secrets: readonly string[], way: 'variable' | 'file'): Record<string, string> {
  const entries = secrets.flatMap((name, index) => [
    [`secret-${name}`, way],
    [`secret-${name}-${way}`, way === 'file' ? `secrets/${name}` : `SECRET_${index}`],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What YAML or the settings could take for something else. */
const TRICKY = '$${}{}:#\'"\\ -*&!%@`|>[],~?=aN1.';

const SECRET = 'c2VjcmV0LW9mLXRoZS10ZXN0';

describe('the settings that the page writes', () => {
  it('are tried for every type', () => {
    expect(new Set(SAMPLES.map(([type]) => type))).toEqual(new Set(PROVIDER_DESCRIPTORS.map(({ id }) => id)));
  });

  it.each(SAMPLES)('load for %s %o with %o in variables', (type, options, secrets, content = SECRET) => {
    const yaml = written(type, { ...optionAnswers(options), ...secretAnswers(secrets, 'variable') });
    const env = Object.fromEntries(secrets.map((_, index) => [`SECRET_${index}`, content]));
    const provider = load(yaml, env);
    expect(provider.type).toBe(type);
    for (const [name, text] of Object.entries(options)) expect(String(provider.options[name])).toBe(text);
    for (const name of secrets) expect(provider.options[name]).toBe(content);
    expect(yaml).not.toContain(content);
  });

  it.each(SAMPLES)('load for %s %o with %o in files', (type, options, secrets, content = SECRET) => {
    for (const name of secrets) writeFileSync(path.join(cwd, 'secrets', name), `${content}\n`);
    const yaml = written(type, { ...optionAnswers(options), ...secretAnswers(secrets, 'file') });
    const provider = load(yaml);
    for (const name of secrets) expect(provider.options[name]).toBe(content);
  });

  it('mean what was typed, whatever it is', () => {
    const tricky = fc.string({ unit: fc.constantFrom(...TRICKY.split('')), minLength: 1 });
    fc.assert(
      fc.property(
        tricky.filter((text) => text.trim() !== ''),
        (text) => {
          const options = { repository: text, file: 'a', format: 'octodns', patches: `${text}\${NAME}` };
          const provider = load(written('git', optionAnswers(options)), { NAME: 'not this', N: 'nor this' });
          expect(provider.options['repository']).toBe(text.trim());
          expect(provider.options['patches']).toBe(`${text}\${NAME}`.trim());
        },
      ),
    );
  });

  it('find what the lines of the .env file set', () => {
    const secrets = new Map([['serviceAccount', { kind: 'variable', name: 'KEY_FILE' } as const]]);
    const { dotEnv } = credentialTexts({ name: 'main', domains: [], options: new Map(), secrets });
    const content = JSON.stringify(JSON.parse(SERVICE_ACCOUNT), null, 2);
    writeFileSync(path.join(cwd, '.env'), dotEnv.replace("''", `'${content}'`));
    const places = { 'secret-serviceAccount': 'variable', 'secret-serviceAccount-variable': 'KEY_FILE' };
    expect(load(written('google', places)).options['serviceAccount']).toBe(content);
  });

  it.each(PROVIDER_DESCRIPTORS)('are tried for $id without ever breaking', ({ id, options }) => {
    const names = fc.constantFrom('nothing', ...options.map(({ name }) => name));
    const value = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.nat(),
      fc.boolean(),
      fc.constantFrom('0', 'true', '{}'),
    );
    fc.assert(
      fc.property(fc.dictionary(names, value), fc.uniqueArray(names), (given, secrets) => {
        const faults = catalogue.faults(id, new Map(Object.entries(given)), secrets);
        expect(faults.filter(({ message }) => message === '')).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['cloudflare', { 'option-account': 'ABC' }, ['token'], /^account: /],
    ['webhook', { 'option-url': 'ftp://x' }, ['token'], /^url: /],
    ['webhook', { 'option-url': 'https://dns.example' }, [], /^token: .*one of the two/],
    ['google', { 'option-project': 'NO' }, ['serviceAccount'], /^project: /],
    ['azure', { 'option-subscriptionId': GUID }, ['clientSecret'], /^clientSecret: it goes with tenantId/],
    [
      'rfc2136',
      { 'option-server': 'a', 'option-keyName': 'a', 'option-port': '70000' },
      ['keySecret'],
      /^port: /,
    ],
  ])('are not written when %s would refuse %o', (type, options, secrets, message) => {
    expect(() => written(type, { ...options, ...secretAnswers(secrets, 'variable') })).toThrow(message);
  });
});
