/** What DNS said to one question. */
export type DnsAnswer<T> =
  | {
      readonly kind: 'found';
      readonly records: readonly T[];
      /** The names that CNAME records led over, the asked one not among them; the last holds the records. */
      readonly aliases: readonly string[];
    }
  | {
      readonly kind: 'none';
      /** False: the name does not exist at all (NXDOMAIN). */
      readonly exists: boolean;
      readonly aliases: readonly string[];
    }
  /** Nobody could say: a time-out, SERVFAIL, a refusal. Never the same as "none". */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface MxRecord {
  readonly preference: number;
  /** Small letters, no final dot; empty: the root, as in a null MX (RFC 7505). */
  readonly exchange: string;
}

/** Look-ups as the checks ask for them. Names in small letters without a final dot; TXT strings joined, one character a byte. */
export interface DnsQuestions {
  txt(name: string): Promise<DnsAnswer<string>>;
  /** IPv4 addresses. */
  a(name: string): Promise<DnsAnswer<string>>;
  /** IPv6 addresses. */
  aaaa(name: string): Promise<DnsAnswer<string>>;
  mx(name: string): Promise<DnsAnswer<MxRecord>>;
  /** Names of an address, from its reverse zone. */
  ptr(address: string): Promise<DnsAnswer<string>>;
  /** The alias at a name itself, not followed. */
  cname(name: string): Promise<DnsAnswer<string>>;
}
