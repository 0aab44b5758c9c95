import type { z } from 'zod';
import type { DnsProvider } from '../ports/dns-provider.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { ProviderDescriptor } from '../ports/provider-descriptor.js';

/** What a provider may need of the rest of the service. */
export interface ProviderDependencies {
  readonly observer: RecordObserver;
}

/** One type of provider; each folder exports one. */
export interface ProviderModule {
  readonly descriptor: ProviderDescriptor;
  /** What its options must be. */
  readonly options: z.ZodType;
  /** Connects to nothing. Throws a ZodError when the options are wrong. */
  readonly create: (options: unknown, dependencies: ProviderDependencies) => DnsProvider;
}

/** Ties a provider's data to its code: options are checked before `create` sees them. */
export function providerModule<Options>(module: {
  readonly descriptor: ProviderDescriptor;
  readonly options: z.ZodType<Options>;
  readonly create: (options: Options, dependencies: ProviderDependencies) => DnsProvider;
}): ProviderModule {
  const { descriptor, options: schema, create } = module;
  return {
    descriptor,
    options: schema,
    create: (options, dependencies) => create(schema.parse(options ?? {}), dependencies),
  };
}
