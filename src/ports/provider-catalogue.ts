import type { ProviderDescriptor } from './provider-descriptor.js';

/** Credentials of the settings, without what is in them. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly type: string;
}

/** Which types of DNS providers there are, and which stand in the settings. */
export abstract class ProviderCatalogue {
  abstract types(): readonly ProviderDescriptor[];
  abstract configured(): readonly ConfiguredProvider[];
}
