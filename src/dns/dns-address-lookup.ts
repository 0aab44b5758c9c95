import ipaddr from 'ipaddr.js';
import { AddressLookup, type AddressNames, type AddressNetwork } from '../ports/address-lookup.js';
import { isHostName } from './host-name.js';
import { asNameOf, originOf } from './origin-answer.js';
import { LookupError, type RecursiveLookup } from './recursive-lookup.js';
import { ARPA, reverseName } from './reverse-name.js';

const MOST_NAMES = 5;
/** Look-ups that one address may cause in domains of its owner's choice. */
const MOST_CONFIRMED = 3;

const NO_NAMES: AddressNames = { names: [], claimedNames: [] };
const NO_NETWORK: AddressNetwork = { asn: null, asName: null };

export interface AddressLookupOptions {
  /** Names are looked up. */
  readonly ptr: boolean;
  /**
   * A zone that tells which network an address belongs to, in the form of Team Cymru's `asn.cymru.com`: below it
   * `origin`, `origin6` and `as<number>`. It gets to know all the addresses. Null: none is asked.
   */
  readonly asnZone: string | null;
}

/** Names by PTR and back (FCrDNS), networks by a zone that lists them. */
export class DnsAddressLookup extends AddressLookup {
  constructor(
    private readonly lookup: Pick<RecursiveLookup, 'records' | 'lookupTxt'>,
    private readonly options: AddressLookupOptions,
  ) {
    super();
  }

  /** Throws a RangeError or Error for text that is no IP address. */
  async names(ip: string, signal: AbortSignal): Promise<AddressNames | null> {
    if (!this.options.ptr) return NO_NAMES;
    const name = reverseName(ip, ARPA);
    return unlessUnanswered(signal, async () => {
      const claimed = await this.claimedNames(name, signal);
      const confirmed = await this.confirmed(claimed.slice(0, MOST_CONFIRMED), ip, signal);
      return { names: confirmed, claimedNames: claimed.filter((claim) => !confirmed.includes(claim)) };
    });
  }

  /** Throws an Error for text that is no IP address. */
  async network(ip: string, signal: AbortSignal): Promise<AddressNetwork | null> {
    const zone = this.options.asnZone;
    if (zone === null) return NO_NETWORK;
    const name = reverseName(ip, { ipv4: `origin.${zone}`, ipv6: `origin6.${zone}` });
    return unlessUnanswered(signal, async () => {
      const asn = originOf(await this.lookup.lookupTxt(name, signal));
      if (asn === null) return NO_NETWORK;
      return { asn, asName: asNameOf(await this.lookup.lookupTxt(`as${asn}.${zone}`, signal)) };
    });
  }

  /** Sorted, since servers give them in any order: of many, the same ones stay. */
  private async claimedNames(name: string, signal: AbortSignal): Promise<readonly string[]> {
    const records = await this.lookup.records({ name, type: 'PTR' }, signal);
    const names = records.flatMap((record) => (record.type === 'PTR' ? [record.value] : []));
    return [...new Set(names.filter(isHostName))].sort().slice(0, MOST_NAMES);
  }

  /** Throws the LookupError of a name that could not be looked up, where no other name was confirmed. */
  private async confirmed(
    names: readonly string[],
    ip: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const settled = await Promise.allSettled(names.map((name) => this.addressesOf(name, ip, signal)));
    const confirmed = names.filter((_name, at) => {
      const outcome = settled[at];
      return outcome?.status === 'fulfilled' && outcome.value.includes(canonical(ip));
    });
    const failed = settled.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined && confirmed.length === 0) throw failed.reason;
    return confirmed;
  }

  private async addressesOf(name: string, ip: string, signal: AbortSignal): Promise<readonly string[]> {
    const type = ipaddr.process(ip).kind() === 'ipv4' ? 'A' : 'AAAA';
    const records = await this.lookup.records({ name, type }, signal);
    return records.flatMap((record) => ('value' in record ? [canonical(record.value)] : []));
  }
}

async function unlessUnanswered<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof LookupError || signal.aborted) return null;
    throw error;
  }
}

function canonical(ip: string): string {
  return ipaddr.isValid(ip) ? ipaddr.process(ip).toString() : '';
}
