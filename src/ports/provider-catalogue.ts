import type { ProviderDescriptor } from './provider-descriptor.js';

/** Credentials of the settings, without what is in them. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly type: string;
}

export type OptionValue = string | number | boolean;

/** What is wrong with options. */
export interface OptionFault {
  /** The one that it is about; null: all of them together. */
  readonly option: string | null;
  /** Never holds a value that was given. */
  readonly message: string;
}

/** Which types of DNS providers there are, and which stand in the settings. */
export abstract class ProviderCatalogue {
  abstract types(): readonly ProviderDescriptor[];
  abstract configured(): readonly ConfiguredProvider[];
  /**
   * What keeps a type from taking options; empty: nothing. The secrets that are named count as given, whatever is in
   * them. Nothing is connected to.
   */
  abstract faults(
    type: string,
    options: ReadonlyMap<string, OptionValue>,
    secrets: readonly string[],
  ): readonly OptionFault[];
}
