import { describe, expect, it } from 'vitest';
import type { OptionValue } from '../ports/provider-catalogue.js';
import { SettingsCatalogue } from './registry.js';

const GUID = '11111111-2222-3333-4444-555555555555';

describe('options that are tried', () => {
  const catalogue = new SettingsCatalogue([]);

  it.each<[string, Record<string, OptionValue>, string[], (string | null)[]]>([
    ['desec', {}, ['token'], []],
    ['desec', {}, [], ['token']],
    ['rfc2136', { server: 'a', keyName: 'a', port: 5353 }, ['keySecret'], []],
    ['rfc2136', { server: 'a', keyName: 'a', port: 70_000 }, ['keySecret'], ['port']],
    ['rfc2136', { server: '', keyName: '', port: 'x' }, ['keySecret'], ['server', 'port', 'keyName']],
    ['google', { project: 'mail-1' }, ['serviceAccount'], []],
    ['google', { project: 'NO' }, ['serviceAccount'], ['project']],
    ['google', { url: '' }, [], ['url']],
    ['google', { url: 'https://dns.example' }, [], ['url']],
    ['azure', { subscriptionId: GUID }, ['clientSecret'], ['clientSecret']],
    ['webhook', { url: 'https://dns.example' }, [], ['token']],
    ['ovh', {}, ['clientSecret'], [null]],
    ['vultr', { nobody: 1 }, ['apiKey'], [null]],
    ['route66', {}, [], [null]],
  ])('%s with %j and the secrets %j', (type, options, secrets, faulty) => {
    const faults = catalogue.faults(type, new Map(Object.entries(options)), secrets);
    expect(faults.map(({ option }) => option)).toEqual(faulty);
  });

  it('never repeats what was given', () => {
    const given = new Map([
      ['server', 'canary '],
      ['port', 'canary'],
      ['keyAlgorithm', 'canary'],
    ]);
    expect(JSON.stringify(catalogue.faults('rfc2136', given, []))).not.toContain('canary');
  });
});
