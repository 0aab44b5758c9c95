import type { Instant } from '../core/instant.js';
import type { AddressNames, AddressNetwork } from './address-lookup.js';

/** What was learned about an address that mail came from. For people to read; nothing is decided on it. */
export interface AddressFact extends AddressNames, AddressNetwork {
  /** Canonical. */
  readonly ip: string;
  readonly learnedAt: Instant;
  /** Something could not be looked up; it is tried again sooner. */
  readonly failed: boolean;
}

/** What is known about addresses of one network: at most 5 names of each kind, and what most of them belong to. */
export type NetworkFacts = AddressNames & AddressNetwork;

/** What was learned about addresses, and which are still to be learned about. */
export abstract class AddressFacts {
  /**
   * Addresses in the counted evidence of enrolled domains that are to be looked up now. Domains take turns, and within
   * each the addresses with the most messages come first. What is not saved is given again.
   */
  abstract due(now: Instant, limit: number): Promise<readonly string[]>;
  /** All or nothing. What a failed look-up could not say stays as it was known before. */
  abstract save(facts: readonly AddressFact[]): Promise<void>;
  /** Those that are known, in no order. */
  abstract of(ips: readonly string[]): Promise<readonly AddressFact[]>;
  /** By network, as `networkOf` writes it; those about which nothing is known are left out. */
  abstract inNetworks(networks: readonly string[]): Promise<ReadonlyMap<string, NetworkFacts>>;
  /** Forgets what was learned before; answers about how many addresses. */
  abstract forget(before: Instant): Promise<number>;
}
