import { z } from 'zod';
import { DnsProviderError, DnsProviders } from '../ports/dns-provider.js';
import type { DnsProvider } from '../ports/dns-provider.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { ProviderDescriptor } from './descriptor.js';
import { ManualProvider } from './manual/manual-provider.js';
import * as manual from './manual/options.js';
import * as powerdns from './powerdns/options.js';
import { PowerDnsProvider } from './powerdns/powerdns-provider.js';
import * as rfc2136 from './rfc2136/options.js';
import { Rfc2136Provider } from './rfc2136/rfc2136-provider.js';

export interface ProviderDependencies {
  readonly observer: RecordObserver;
}

/** Credentials as the settings name them. */
export interface ProviderSettings {
  readonly name: string;
  readonly type: string;
  readonly options: unknown;
}

interface ProviderModule {
  readonly descriptor: ProviderDescriptor;
  /** Throws a ZodError when the options are wrong. */
  readonly create: (options: unknown, dependencies: ProviderDependencies) => DnsProvider;
}

const MODULES = new Map<string, ProviderModule>([
  [
    manual.descriptor.id,
    {
      descriptor: manual.descriptor,
      create(options, { observer }) {
        manual.ManualOptions.parse(options ?? {});
        return new ManualProvider(observer);
      },
    },
  ],
  [
    powerdns.descriptor.id,
    {
      descriptor: powerdns.descriptor,
      create: (options) => new PowerDnsProvider(powerdns.PowerDnsOptions.parse(options)),
    },
  ],
  [
    rfc2136.descriptor.id,
    {
      descriptor: rfc2136.descriptor,
      create: (options) => new Rfc2136Provider(rfc2136.Rfc2136Options.parse(options)),
    },
  ],
]);

/** All types of provider, for documentation, forms and error messages. */
export const PROVIDER_DESCRIPTORS: readonly ProviderDescriptor[] = [...MODULES.values()].map(
  (module) => module.descriptor,
);

/** Makes a provider of a type. Throws a RangeError that names the type or the option that is wrong, never its value. */
export function createProvider(
  type: string,
  options: unknown,
  dependencies: ProviderDependencies,
): DnsProvider {
  const module = MODULES.get(type);
  if (module === undefined) {
    throw new RangeError(
      `unknown provider type ${JSON.stringify(type)}; known: ${[...MODULES.keys()].join(', ')}`,
    );
  }
  try {
    return module.create(options, dependencies);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const wrong = error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
    // Without its cause: it may hold what was given.
    throw new RangeError(`provider type ${type}: ${wrong.join('; ')}`);
  }
}

/** The providers of the settings. Wrong settings show up when the service starts, not when a domain needs one. */
export class ConfiguredProviders extends DnsProviders {
  private readonly providers: ReadonlyMap<string, DnsProvider>;

  /** Throws a RangeError for wrong settings. */
  constructor(settings: readonly ProviderSettings[], dependencies: ProviderDependencies) {
    super();
    const providers = new Map<string, DnsProvider>();
    for (const { name, type, options } of settings) {
      if (providers.has(name)) throw new RangeError(`two providers are named ${JSON.stringify(name)}`);
      providers.set(
        name,
        named(name, () => createProvider(type, options, dependencies)),
      );
    }
    this.providers = providers;
  }

  get(name: string): DnsProvider {
    const provider = this.providers.get(name);
    if (provider !== undefined) return provider;
    throw new DnsProviderError(`no provider is named ${JSON.stringify(name)}`, { kind: 'unsupported' });
  }

  names(): readonly string[] {
    return [...this.providers.keys()];
  }
}

function named(name: string, create: () => DnsProvider): DnsProvider {
  try {
    return create();
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`provider ${JSON.stringify(name)}: ${error.message}`);
    throw error;
  }
}
