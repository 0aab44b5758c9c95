/** What a value is in the settings. `number`: a whole one; `address`: says where requests go, and with them what allows them. */
export type OptionKind = 'text' | 'number' | 'yes-no' | 'address';

/** One setting of a provider, for documentation and forms. */
export interface OptionDescriptor {
  readonly name: string;
  readonly kind: OptionKind;
  readonly required: boolean;
  /** Never shown, logged or stored in clear text. */
  readonly secret: boolean;
  readonly help: string;
  /** Variables that are read when the settings don't give it, the first that is set counts; each also as `<NAME>_FILE`. */
  readonly env: readonly string[];
}

/** What an API cannot carry in a TXT record; it is refused before anything is asked. */
export type TxtTrait =
  'backslash' | 'double-quote' | 'semicolon' | 'outer-space' | 'double-space' | 'non-ascii';

/** Which TTLs a provider takes, in seconds. */
export interface TtlRule {
  readonly least: number;
  readonly most: number;
  /** The only ones; null: any between the two. */
  readonly only: readonly number[] | null;
}

export interface TxtRule {
  /** How a value goes over the wire: as it is, quoted as in a zone file, or as a list of strings. */
  readonly form: 'raw' | 'quoted' | 'strings';
  /** Bytes of one value. */
  readonly longest: number;
  readonly refuses: readonly TxtTrait[];
}

export interface Capabilities {
  /** What one write replaces. */
  readonly unit: 'rrset' | 'record';
  /** `server`: of two writers at once one fails. `client`: read, compare, write, read again. */
  readonly compare: 'server' | 'client';
  /** `steps`: value and TTL, or several records, take several requests. */
  readonly replace: 'atomic' | 'steps';
  readonly ttl: TtlRule;
  readonly txt: TxtRule;
  /** The least that a credential can be limited to. */
  readonly scope: 'record' | 'zone' | 'account';
  /** `polled`: the provider says when its servers have a change. */
  readonly completion: 'at-once' | 'polled';
  /** Of the API, as documented; null: none is. */
  readonly rateLimit: string | null;
}

/** What people need to know of a provider; plain data, from which docs, forms and the table of capabilities are made. */
export interface ProviderDescriptor {
  /** Its `type` in the settings. */
  readonly id: string;
  readonly title: string;
  /** Where its API is documented. */
  readonly docs: string;
  /** Where a credential is made; null: on the server itself, or there is none. */
  readonly credentials: string | null;
  /** How to make a credential that can do no more than this needs. */
  readonly leastPrivilege: string;
  /** What the tests run against. `no-api`: there is nothing to run against but DNS and files. */
  readonly tested: 'real-server' | 'emulator' | 'no-api';
  readonly options: readonly OptionDescriptor[];
  readonly capabilities: Capabilities;
  /** What surprises people; one sentence or two each. */
  readonly notes: readonly string[];
}
