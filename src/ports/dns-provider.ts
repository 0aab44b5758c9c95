import type { VerifyMode } from '../core/rollout/rollout.js';

/** The TXT set at one name. */
export interface TxtSet {
  /** Decoded, the strings of each record joined; empty: nothing stands there. */
  readonly values: readonly string[];
  /** Seconds; null: absent, or the zone's default. */
  readonly ttl: number | null;
}

export interface Zone {
  readonly id: string;
  readonly name: string;
  /** Those that the account says serve the zone, in small letters without a final dot; null: it doesn't say. */
  readonly nameServers: readonly string[] | null;
}

/** What a provider without an API, which reads DNS in its place, goes by; others need none of it. */
export interface ReadingHint {
  /** Who is asked what stands at the name. */
  readonly verify: VerifyMode;
  /**
   * Of a step back: the record that it leaves; null: none. Where servers differ or are silent, it counts as standing
   * there, so that a person hears of the step back all the same. Absent: all must show one record.
   */
  readonly leaves?: string | null;
}

export interface TxtReplacement {
  /** What must stand there now, value for value; else nothing is written and `conflict` is thrown. */
  readonly expected: TxtSet;
  readonly next: TxtSet;
  readonly changeId: string;
  /** As for `readTxt`. */
  readonly hint?: ReadingHint;
}

export interface WriteReceipt {
  /** What the provider said of it, for people and support cases. */
  readonly note: string;
  /** What `changeStatus` asks by; null: the provider doesn't tell how far it is. */
  readonly reference: string | null;
  /** Who publishes it: absent, the provider; else a person, by what the note says. */
  readonly publisher?: 'person';
}

export interface ProviderCheck {
  readonly ok: boolean;
  readonly message: string;
}

/** One name, one type, replaced only while it equals what was read; there is no delete. */
export abstract class DnsProvider {
  /** Credentials and reachability; makes no write. */
  abstract check(signal: AbortSignal): Promise<ProviderCheck>;
  /** The longest zone of the account that holds the name. Throws `zone-not-found`. */
  abstract findZone(fqdn: string, signal: AbortSignal): Promise<Zone>;
  /** An odd answer throws; only a clear "none" gives no values. */
  abstract readTxt(zone: Zone, fqdn: string, signal: AbortSignal, hint?: ReadingHint): Promise<TxtSet>;
  abstract replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt>;

  /**
   * Has the provider serve what stands in the account, where writing alone doesn't do that; `replaceTxt` ends with it.
   * To be asked, too, when reading shows that an interrupted write took place: it may have stopped short of this.
   */
  async publish(_zone: Zone, _signal: AbortSignal): Promise<void> {}

  /** Whether the provider has handed a change to its servers. That they serve it, only asking them tells. */
  async changeStatus(_reference: string, _signal: AbortSignal): Promise<'pending' | 'done'> {
    return 'done';
  }
}

export type DnsProviderFault =
  | { readonly kind: 'conflict'; readonly observed: TxtSet | null }
  | { readonly kind: 'auth' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'zone-not-found' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number | null }
  | { readonly kind: 'transient'; readonly mayBeApplied: boolean }
  | { readonly kind: 'malformed' };

export class DnsProviderError extends Error {
  override readonly name = 'DnsProviderError';

  constructor(
    message: string,
    readonly fault: DnsProviderFault,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Finds the provider that a domain names in its settings. Throws DnsProviderError `unsupported` for an unknown name. */
export abstract class DnsProviders {
  abstract get(name: string): DnsProvider;
  abstract names(): readonly string[];
}
