import { z } from 'zod';
import { DnsProviderError, DnsProviders } from '../ports/dns-provider.js';
import type { DnsProvider } from '../ports/dns-provider.js';
import { ProviderCatalogue } from '../ports/provider-catalogue.js';
import type { ConfiguredProvider, OptionFault, OptionValue } from '../ports/provider-catalogue.js';
import type { ProviderDescriptor } from '../ports/provider-descriptor.js';
import type { ProviderDependencies, ProviderModule } from './provider-module.js';
import { tryOptions } from './try-options.js';
import { azure } from './azure/module.js';
import { cloudflare } from './cloudflare/module.js';
import { desec } from './desec/module.js';
import { digitalocean } from './digitalocean/module.js';
import { dnsimple } from './dnsimple/module.js';
import { gandi } from './gandi/module.js';
import { git } from './git/module.js';
import { godaddy } from './godaddy/module.js';
import { google } from './google/module.js';
import { hetzner } from './hetzner/module.js';
import { linode } from './linode/module.js';
import { manual } from './manual/module.js';
import { ovh } from './ovh/module.js';
import { porkbun } from './porkbun/module.js';
import { powerdns } from './powerdns/module.js';
import { rfc2136 } from './rfc2136/module.js';
import { route53 } from './route53/module.js';
import { scaleway } from './scaleway/module.js';
import { vultr } from './vultr/module.js';
import { webhook } from './webhook/module.js';

/** Credentials as the settings name them. */
export interface ProviderSettings {
  readonly name: string;
  readonly type: string;
  readonly options: unknown;
}

/** Each folder's module; the order is that of documentation and forms. */
const MODULES: readonly ProviderModule[] = [
  rfc2136,
  powerdns,
  route53,
  google,
  azure,
  cloudflare,
  hetzner,
  ovh,
  gandi,
  desec,
  digitalocean,
  vultr,
  linode,
  dnsimple,
  porkbun,
  godaddy,
  scaleway,
  webhook,
  git,
  manual,
];

const BY_TYPE = new Map(MODULES.map((module) => [module.descriptor.id, module] as const));

/** All types of provider, for documentation, forms and error messages. */
export const PROVIDER_DESCRIPTORS: readonly ProviderDescriptor[] = MODULES.map((module) => module.descriptor);

/** Where each type's options may come from beside the settings file. */
export const CREDENTIAL_SOURCES = new Map(
  PROVIDER_DESCRIPTORS.map(({ id, options }) => [
    id,
    options.map((option) => ({
      option: option.name,
      secret: option.secret,
      isAddress: option.kind === 'address',
      env: option.env,
    })),
  ]),
);

/** Makes a provider of a type. Throws a RangeError that names the type or the option that is wrong, never its value. */
export function createProvider(
  type: string,
  options: unknown,
  dependencies: ProviderDependencies,
): DnsProvider {
  const module = BY_TYPE.get(type);
  if (module === undefined) {
    throw new RangeError(
      `unknown provider type ${JSON.stringify(type)}; known: ${[...BY_TYPE.keys()].join(', ')}`,
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

/** What the settings hold, without what is secret in them. */
export class SettingsCatalogue extends ProviderCatalogue {
  constructor(private readonly settings: readonly ConfiguredProvider[]) {
    super();
  }

  types(): readonly ProviderDescriptor[] {
    return PROVIDER_DESCRIPTORS;
  }

  configured(): readonly ConfiguredProvider[] {
    return this.settings.map(({ name, type }) => ({ name, type }));
  }

  faults(
    type: string,
    options: ReadonlyMap<string, OptionValue>,
    secrets: readonly string[],
  ): readonly OptionFault[] {
    const module = BY_TYPE.get(type);
    if (module === undefined) return [{ option: null, message: 'unknown type' }];
    return tryOptions(module.options, options, secrets);
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
