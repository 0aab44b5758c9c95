import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DnsProviderError } from '../ports/dns-provider.js';
import type { OptionKind } from '../ports/provider-descriptor.js';
import { RecordObserver } from '../ports/record-observer.js';
import type { ProviderModule } from './provider-module.js';
import { ConfiguredProviders, createProvider, PROVIDER_DESCRIPTORS } from './registry.js';
import { PowerDnsProvider } from './powerdns/powerdns-provider.js';
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
    ['route66', {}, /unknown provider type "route66"; known: .*\bmanual\b/],
    ['constructor', {}, /unknown provider type/],
    ['rfc2136', { ...RFC2136, port: 0 }, /port/],
    ['rfc2136', { ...RFC2136, keyAlgorithm: 'hmac-md5' }, /keyAlgorithm/],
    ['rfc2136', { ...RFC2136, keySecert: 'x' }, /keySecert/],
    ['powerdns', { ...POWERDNS, url: 'ftp://example.com' }, /url/],
    ['powerdns', { ...POWERDNS, url: undefined }, /url/],
    ['manual', { url: 'x' }, /url/],
    ['powerdns', null, /url/],
  ])('%s with %j', (type, options, message) => {
    expect(() => createProvider(type, options, dependencies)).toThrow(message);
  });
});

/** One folder a provider; its module is found there, whether or not the registry knows it. */
async function modules(): Promise<readonly (readonly [string, ProviderModule])[]> {
  const files = (await readdir(import.meta.dirname, { recursive: true })).filter(
    (file) => path.basename(file) === 'module.ts',
  );
  const found = files.toSorted().map(async (file) => {
    const exported = Object.values(
      (await import(path.join(import.meta.dirname, file))) as Record<string, ProviderModule>,
    );
    return exported.map((module) => [path.dirname(file), module] as const);
  });
  return (await Promise.all(found)).flat();
}

const TYPED = { string: 'text', integer: 'number', boolean: 'yes-no' } as const;

/** What a person gives for one option, as JSON Schema says it. */
const OptionSchema = z.object({
  type: z.enum(['string', 'integer', 'boolean']).optional(),
  format: z.string().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** A text, where an option takes that and something else: a form holds nothing but texts. */
function kindOf(schema: unknown): OptionKind | undefined {
  const { type, format, anyOf = [] } = OptionSchema.parse(schema);
  if (type !== undefined) return format === 'uri' ? 'address' : TYPED[type];
  const kinds = anyOf.map(kindOf);
  return kinds.includes('text') ? 'text' : kinds[0];
}

/** What a schema of options says of each of them. */
function optionsIn(options: z.ZodType) {
  const { properties, required = [] } = z
    .object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()).optional() })
    .parse(z.toJSONSchema(options, { io: 'input' }));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    kind: kindOf(schema),
    required: required.includes(name),
  }));
}

/** The AWS SDK reads variables, profiles and roles by itself. */
const OWN_CREDENTIALS: ReadonlySet<string> = new Set(['route53']);
/** Public by their nature, though their names sound secret. */
const PUBLIC = /^(?:keyName|keyAlgorithm|accessKeyId|tokenUrl|clientId)$/;
const MODULES = await modules();

describe('C27 the folders of providers', () => {
  it('are all in the registry', () => {
    const registered = PROVIDER_DESCRIPTORS.map((descriptor) => descriptor.id);
    expect(registered.toSorted()).toEqual(MODULES.map(([, module]) => module.descriptor.id).toSorted());
  });
});

describe.each(MODULES)('C27 the module %s', (folder, { descriptor, options, create }) => {
  const { capabilities } = descriptor;

  it('is named as its folder', () => {
    expect(descriptor.id).toBe(folder);
    expect(descriptor.title).not.toBe('');
  });

  it('describes each of its options, in their order, and no other: what it is, and whether it must be there', () => {
    const described = descriptor.options.map(({ name, kind, required }) => ({ name, kind, required }));
    expect(described).toEqual(optionsIn(options));
  });

  it('has variables only for what is a text, as they are themselves', () => {
    const typed = descriptor.options.filter(({ kind }) => kind === 'number' || kind === 'yes-no');
    expect(typed.flatMap(({ env }) => env)).toEqual([]);
  });

  it('marks what is secret', () => {
    const sounding = descriptor.options.filter(
      ({ name }) => /token|secret|password|key|credential/i.test(name) && !PUBLIC.test(name),
    );
    expect(sounding.filter((option) => !option.secret)).toEqual([]);
  });

  it('takes nothing that it does not describe', () => {
    expect(options.safeParse({ nobodyKnowsThis: 1 }).success).toBe(false);
    expect(() => create({ nobodyKnowsThis: 1 }, dependencies)).toThrow(z.ZodError);
  });

  it('never repeats a secret that is wrong', () => {
    for (const { name } of descriptor.options.filter((option) => option.secret)) {
      const wrong = options.safeParse({ [name]: 'canary secret,\n not printable!' });
      expect(JSON.stringify(wrong.error?.issues ?? '')).not.toContain('canary');
      expect(wrong.error?.message ?? '').not.toContain('canary');
    }
  });

  it('names variables that can be set, and texts that help', () => {
    for (const { env, help } of descriptor.options) {
      expect(env.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name) || name.endsWith('_FILE'))).toEqual([]);
      expect(help.length).toBeGreaterThan(5);
    }
    const variables = descriptor.options.flatMap((option) => option.env);
    expect(variables).toEqual([...new Set(variables)]);
  });

  it('tells secrets where to come from', () => {
    const nowhere = descriptor.options.filter(({ secret, env }) => secret && env.length === 0);
    const named = nowhere.map((option) => option.name);
    expect(OWN_CREDENTIALS.has(folder) ? [] : named).toEqual([]);
  });

  it('leads to documentation over HTTPS, and says how to limit the credential', () => {
    for (const link of [descriptor.docs, descriptor.credentials ?? descriptor.docs]) {
      expect(new URL(link).protocol).toBe('https:');
    }
    expect(descriptor.leastPrivilege.length).toBeGreaterThan(10);
    expect(descriptor.notes.filter((note) => note.length < 10)).toEqual([]);
  });

  it('has rules that can be kept', () => {
    const { ttl, txt } = capabilities;
    expect(ttl.least).toBeLessThanOrEqual(ttl.most);
    expect((ttl.only ?? []).filter((one) => one < ttl.least || one > ttl.most)).toEqual([]);
    expect(txt.longest).toBeGreaterThanOrEqual(255);
    expect(txt.refuses).not.toContain('semicolon'); // no DMARC record goes without one
  });
});
