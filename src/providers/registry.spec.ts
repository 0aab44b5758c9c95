import { describe, expect, it } from 'vitest';
import { DnsProviderError } from '../ports/dns-provider.js';
import { RecordObserver } from '../ports/record-observer.js';
import { ConfiguredProviders, createProvider, PROVIDER_DESCRIPTORS } from './registry.js';
import { PowerDnsProvider } from './powerdns/powerdns-provider.js';
import { PowerDnsOptions } from './powerdns/options.js';
import { Rfc2136Options } from './rfc2136/options.js';
import { Rfc2136Provider } from './rfc2136/rfc2136-provider.js';

class NoObserver extends RecordObserver {
  observe(): Promise<never> {
    return Promise.reject(new Error('not asked'));
  }
}

const dependencies = { observer: new NoObserver() };
const RFC2136 = { server: 'ns1.example.com', keyName: 'dmarc-key', keySecret: 'c2VjcmV0LXNlY3JldA==' };
const POWERDNS = { url: 'https://ns1.example.com:8081/', apiKey: 'secret' };

describe('ConfiguredProviders', () => {
  it('makes the providers of the settings and finds them by name', () => {
    const providers = new ConfiguredProviders(
      [
        { name: 'bind', type: 'rfc2136', options: RFC2136 },
        { name: 'pdns', type: 'powerdns', options: POWERDNS },
        { name: 'hand', type: 'manual', options: undefined },
      ],
      dependencies,
    );
    expect(providers.names()).toEqual(['bind', 'pdns', 'hand']);
    expect(providers.get('bind')).toBeInstanceOf(Rfc2136Provider);
    expect(providers.get('pdns')).toBeInstanceOf(PowerDnsProvider);
    expect(() => providers.get('nobody')).toThrow(DnsProviderError);
  });

  it('refuses two of one name', () => {
    const one = { name: 'a', type: 'manual', options: {} };
    expect(() => new ConfiguredProviders([one, one], dependencies)).toThrow('two providers are named "a"');
  });

  it('names the provider whose settings are wrong', () => {
    const wrong = [{ name: 'bind', type: 'rfc2136', options: {} }];
    expect(() => new ConfiguredProviders(wrong, dependencies)).toThrow(/provider "bind": .*server/);
  });
});

describe('createProvider', () => {
  it.each<[string, unknown, RegExp]>([
    ['route66', {}, /unknown provider type "route66"; known: manual, powerdns, rfc2136/],
    ['constructor', {}, /unknown provider type/],
    ['rfc2136', { ...RFC2136, port: 0 }, /port/],
    ['rfc2136', { ...RFC2136, keyAlgorithm: 'hmac-md5' }, /keyAlgorithm/],
    ['rfc2136', { ...RFC2136, keySecert: 'x' }, /keySecert/],
    ['powerdns', { ...POWERDNS, url: 'ftp://example.com' }, /url/],
    ['powerdns', { ...POWERDNS, url: undefined }, /url/],
    ['manual', { url: 'x' }, /url/],
    ['powerdns', null, /options/],
  ])('%s with %j', (type, options, message) => {
    expect(() => createProvider(type, options, dependencies)).toThrow(message);
  });

  it('never repeats a secret', () => {
    const secret = 'canary secret, not base64!';
    for (const [type, options] of [
      ['rfc2136', { ...RFC2136, keySecret: secret }],
      ['powerdns', { ...POWERDNS, apiKey: secret }],
    ] as const) {
      expect(() => createProvider(type, options, dependencies)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('canary') }),
      );
    }
  });
});

describe('PROVIDER_DESCRIPTORS', () => {
  it.each([
    ['powerdns', PowerDnsOptions, POWERDNS],
    ['rfc2136', Rfc2136Options, RFC2136],
  ])('%s lists each of its options, and marks what is required and secret', (id, schema, least) => {
    const listed = PROVIDER_DESCRIPTORS.find((descriptor) => descriptor.id === id)!.options;
    expect(listed.map((option) => option.name)).toEqual(Object.keys(schema.shape));
    expect(listed.filter((option) => option.required).map((option) => option.name)).toEqual(
      Object.keys(least),
    );
    expect(listed.filter((option) => option.secret)).toHaveLength(1);
  });
});
