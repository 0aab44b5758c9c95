import { DnsProvider, DnsProviderError } from '../../ports/dns-provider.js';
import type { TxtReplacement, TxtSet, WriteReceipt, Zone } from '../../ports/dns-provider.js';
import type { Capabilities } from '../../ports/provider-descriptor.js';
import type { Pace } from '../api/pace.js';
import { requireDmarcName } from '../dmarc-name.js';
import { compareAndReplace } from './compare-and-replace.js';
import type { Standing, Wanted } from './compare-and-replace.js';

/**
 * A provider that is asked by requests. The swap is written here once; an adapter gives the two requests that it is made
 * of. `Raw`: what its API needs of what stands there to change it.
 */
export abstract class SwappingProvider<Raw> extends DnsProvider {
  /** What an adapter remembers of zones; null: nothing. */
  protected readonly zones: { forget(): void } | null = null;

  constructor(private readonly capabilities: Capabilities) {
    super();
  }

  async findZone(fqdn: string, signal: AbortSignal): Promise<Zone> {
    const name = requireDmarcName(fqdn);
    return this.step(name, { which: 'first', signal }, () => this.zoneOver(name, signal));
  }

  async readTxt(zone: Zone, fqdn: string, signal: AbortSignal): Promise<TxtSet> {
    const name = requireDmarcName(fqdn);
    const read = async (): Promise<TxtSet> => (await this.read(zone, name, signal)).set;
    return this.trusting(() => this.step(name, { which: 'first', signal }, read));
  }

  async replaceTxt(
    zone: Zone,
    fqdn: string,
    change: TxtReplacement,
    signal: AbortSignal,
  ): Promise<WriteReceipt> {
    const name = requireDmarcName(fqdn);
    const swap = () => this.swap(zone, name, change, signal);
    return this.trusting(() => this.step(name, { which: 'last', signal }, swap));
  }

  /** The whole swap, whose last request is the end of the change. */
  protected async swap(
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

  /** For adapters of slow APIs: lets a change in as a whole, or not at all. */
  protected wholeChanges(): Pace | null {
    return null;
  }

  /** What is remembered of zones goes when one of them is gone, or something else stands in it than was thought. */
  private async trusting<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const kind = error instanceof DnsProviderError ? error.fault.kind : null;
      if (kind === 'zone-not-found' || kind === 'conflict') this.zones?.forget();
      throw error;
    }
  }

  private step<Result>(
    name: string,
    when: Parameters<Pace['step']>[1],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const pace = this.wholeChanges();
    return pace === null ? work() : pace.step(name, when, work);
  }

  /** The zone that holds a name; throws `zone-not-found` when there is none. The name is as `read` gets it. */
  protected abstract zoneOver(name: string, signal: AbortSignal): Promise<Zone>;

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
