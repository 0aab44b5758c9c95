import { DnsProvider } from '../../ports/dns-provider.js';
import type { TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import { requireDmarcName } from '../dmarc-name.js';
import { compareAndReplace } from './compare-and-replace.js';
import type { Standing, Wanted } from './compare-and-replace.js';

/**
 * A provider that is asked by requests. The swap is written here once; an adapter gives the two requests that it is made
 * of. `Raw`: what its API needs of what stands there to change it.
 */
export abstract class SwappingProvider<Raw> extends DnsProvider {
  constructor(private readonly capabilities: Capabilities) {
    super();
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    return (await this.read(zone, requireDmarcName(fqdn), signal)).set;
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const access = {
      read: (name: string) => this.read(zone, name, signal),
      write: (name: string, now: Standing<Raw>, wanted: Wanted) =>
        this.write(zone, name, now, wanted, signal),
    };
    return compareAndReplace(access, this.capabilities, fqdn, change, signal);
  }

  /** All that stands at a name; it is a `_dmarc` name, in small letters. */
  protected abstract read(zone: Zone, name: string, signal: AbortSignal): Promise<Standing<Raw>>;

  /** Gives what the provider calls the change, or null. Where the server compares, `conflict` is thrown. */
  protected abstract write(
    zone: Zone,
    name: string,
    now: Standing<Raw>,
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<string | null>;
}
