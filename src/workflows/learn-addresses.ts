import ipaddr from 'ipaddr.js';
import { DAY_MS, type Instant } from '../core/instant.js';
import type { AddressFact, AddressFacts } from '../ports/address-facts.js';
import type { AddressLookup } from '../ports/address-lookup.js';
import type { Clock } from '../ports/clock.js';

/** How much one run may take. */
export interface LearningLimits {
  readonly addresses: number;
  readonly atOnce: number;
  /** Milliseconds within which look-ups are begun. */
  readonly beginWithinMs: number;
  /** Milliseconds for all look-ups of one address: a run takes no longer than both together. */
  readonly addressMs: number;
}

const LIMITS: LearningLimits = { addresses: 200, atOnce: 16, beginWithinMs: 14_000, addressMs: 6_000 };

/** Longer than any window that sources are shown for. */
const KEPT_DAYS = 180;

export interface Learned {
  /** Addresses that were looked up, also in vain. */
  readonly learned: number;
  /** More may be waiting: run again. */
  readonly more: boolean;
}

/** Learns names and networks of the addresses that mail came from, long after the reports are stored. Safe to repeat. */
export class LearnAddresses {
  constructor(
    private readonly facts: AddressFacts,
    private readonly lookup: AddressLookup,
    private readonly clock: Clock,
    private readonly limits: LearningLimits = LIMITS,
  ) {}

  async run(): Promise<Learned> {
    const now = this.clock.now();
    const due = await this.facts.due(now, this.limits.addresses);
    const learned = await this.learnAll(due, now);
    await this.facts.save(learned);
    await this.facts.forget(now - KEPT_DAYS * DAY_MS);
    const isFull = due.length >= this.limits.addresses || learned.length < due.length;
    return { learned: learned.length, more: isFull && learned.length > 0 };
  }

  /** An address that was begun ends, learned or failed: one that never answers must not come first again and again. */
  private async learnAll(due: readonly string[], now: Instant): Promise<readonly AddressFact[]> {
    const late = AbortSignal.timeout(this.limits.beginWithinMs);
    const waiting = due.values();
    const learned: AddressFact[] = [];
    const learnInTurn = async (): Promise<void> => {
      for (const ip of waiting) {
        learned.push(await this.learn(ip, now));
        if (late.aborted) return;
      }
    };
    await Promise.all(Array.from({ length: this.limits.atOnce }, learnInTurn));
    return learned;
  }

  private async learn(ip: string, learnedAt: Instant): Promise<AddressFact> {
    const nothing = { names: [], claimedNames: [], asn: null, asName: null };
    if (!isPublic(ip)) return { ip, ...nothing, learnedAt, failed: false };
    const signal = AbortSignal.timeout(this.limits.addressMs);
    const [names, network] = await Promise.all([
      this.lookup.names(ip, signal),
      this.lookup.network(ip, signal),
    ]);
    return { ip, ...nothing, ...names, ...network, learnedAt, failed: names === null || network === null };
  }
}

/** Private and reserved addresses mean something else at each place: what DNS says of them here is about others. */
function isPublic(ip: string): boolean {
  return ipaddr.isValid(ip) && ipaddr.process(ip).range() === 'unicast';
}
