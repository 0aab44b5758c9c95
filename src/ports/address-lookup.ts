/** Host names of an address; lower case, without a final dot, at most 5 together. */
export interface AddressNames {
  /** Those of its PTR records that give the address back: whoever runs the domain says so as well. */
  readonly names: readonly string[];
  /** The others. Whoever runs the network may claim any name there. */
  readonly claimedNames: readonly string[];
}

/** The autonomous system that announces an address to the Internet. */
export interface AddressNetwork {
  /** Null: not announced, or not asked for. */
  readonly asn: number | null;
  readonly asName: string | null;
}

/**
 * What DNS says about an address. Null: nobody could say before `signal` aborted, or the servers failed; another day
 * they may. That there is nothing is an answer.
 */
export abstract class AddressLookup {
  abstract names(ip: string, signal: AbortSignal): Promise<AddressNames | null>;
  abstract network(ip: string, signal: AbortSignal): Promise<AddressNetwork | null>;
}
