import type { Zone } from '../../ports/dns-provider.js';
import { isInZone } from '../dmarc-name.js';
import { longestZoneOf } from '../longest-zone.js';
import { Remembered } from './remembered.js';
import { SharedWork } from './shared-work.js';

type ListZones = (signal: AbortSignal) => Promise<readonly Zone[]>;
type CompleteZone = (zone: Zone, signal: AbortSignal) => Promise<Zone>;

/** The zones of an account that only lists all of them. A wave of changes asks for the list once, and once for each zone. */
export class HeldZones {
  private readonly lists = new Remembered<readonly Zone[]>();
  private readonly completed = new Remembered<Zone>();
  private readonly listing = new SharedWork<readonly Zone[]>();

  /** `complete` asks for what the list doesn't say of a zone. */
  constructor(
    private readonly list: ListZones,
    private readonly complete: CompleteZone = async (zone) => zone,
  ) {}

  /** The longest zone that holds a name. Throws `zone-not-found`, what the account answers, or an abort's reason. */
  async over(name: string, signal: AbortSignal): Promise<Zone> {
    const zone = longestZoneOf(name, await this.zonesFor(name, signal));
    return this.completed.get(zone.id, () => this.complete(zone, signal), signal);
  }

  /** What is known is out of date. */
  forget(): void {
    this.lists.forget();
    this.completed.forget();
  }

  /** A zone that is missing may have come since the list was asked for. */
  private async zonesFor(name: string, signal: AbortSignal): Promise<readonly Zone[]> {
    const known = this.lists.peek('all');
    if (known?.some((zone) => isInZone(name, zone.name)) === true) return known;
    this.lists.forget();
    return this.lists.get('all', () => this.listing.result(() => this.askAll(), signal), signal);
  }

  /** For all who wait: none of them ends it by giving up. Each request ends by itself. */
  private askAll(): Promise<readonly Zone[]> {
    return this.list(new AbortController().signal);
  }
}
