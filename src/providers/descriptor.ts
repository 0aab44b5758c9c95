/** One setting of a provider, for documentation and forms. */
export interface OptionDescriptor {
  readonly name: string;
  readonly required: boolean;
  /** Never shown, logged or stored in clear text. */
  readonly secret: boolean;
  readonly help: string;
}

/** What people need to know of a provider; plain data. */
export interface ProviderDescriptor {
  /** Its `type` in the settings. */
  readonly id: string;
  readonly title: string;
  /** Where its API is documented. */
  readonly docs: string;
  /** How to make a credential that can do no more than this needs. */
  readonly leastPrivilege: string;
  readonly options: readonly OptionDescriptor[];
}
