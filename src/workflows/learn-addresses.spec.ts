import { describe, expect, it } from 'vitest';
import type { Instant } from '../core/instant.js';
import { AddressFacts, type AddressFact, type NetworkFacts } from '../ports/address-facts.js';
import { AddressLookup, type AddressNames, type AddressNetwork } from '../ports/address-lookup.js';
import { Clock } from '../ports/clock.js';
import { LearnAddresses, type LearningLimits } from './learn-addresses.js';

const NOW = Date.UTC(2026, 10, 22, 15);
const DAY = 24 * 3_600_000;
const NAMES: AddressNames = { names: ['mail.example.com'], claimedNames: [] };
const NETWORK: AddressNetwork = { asn: 64_496, asName: 'EXAMPLE' };

class KnownFacts extends AddressFacts {
  readonly saved = new Map<string, AddressFact>();
  forgottenBefore: Instant | null = null;

  constructor(private readonly seen: readonly string[]) {
    super();
  }

  async due(_now: Instant, limit: number): Promise<readonly string[]> {
    return this.seen.filter((ip) => !this.saved.has(ip)).slice(0, limit);
  }

  async save(facts: readonly AddressFact[]): Promise<void> {
    for (const fact of facts) this.saved.set(fact.ip, fact);
  }

  async of(ips: readonly string[]): Promise<readonly AddressFact[]> {
    return [...this.saved.values()].filter((fact) => ips.includes(fact.ip));
  }

  async inNetworks(): Promise<ReadonlyMap<string, NetworkFacts>> {
    return new Map();
  }

  async forget(before: Instant): Promise<number> {
    this.forgottenBefore = before;
    return 0;
  }
}

/** Answers after a moment, or for these addresses never. */
class SlowLookup extends AddressLookup {
  readonly asked: string[] = [];
  atOnce = 0;
  private running = 0;

  constructor(
    private readonly silent: ReadonlySet<string> = new Set(),
    private readonly network_: AddressNetwork | null = NETWORK,
  ) {
    super();
  }

  async names(ip: string, signal: AbortSignal): Promise<AddressNames | null> {
    this.asked.push(ip);
    this.running += 1;
    this.atOnce = Math.max(this.atOnce, this.running);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      if (!this.silent.has(ip)) setTimeout(resolve, 1);
    });
    this.running -= 1;
    return this.silent.has(ip) ? null : NAMES;
  }

  async network(): Promise<AddressNetwork | null> {
    return this.network_;
  }
}

class FixedClock extends Clock {
  now(): Instant {
    return NOW;
  }
}

const LIMITS: LearningLimits = { addresses: 200, atOnce: 16, beginWithinMs: 5_000, addressMs: 5_000 };

function workflow(
  facts: AddressFacts,
  lookup: AddressLookup,
  limits: Partial<LearningLimits> = {},
): LearnAddresses {
  return new LearnAddresses(facts, lookup, new FixedClock(), { ...LIMITS, ...limits });
}

function addresses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `8.0.${Math.floor(at / 250)}.${(at % 250) + 1}`);
}

describe('LearnAddresses', () => {
  it('stores what DNS says of what is due', async () => {
    const facts = new KnownFacts(['8.8.8.8', '2a00:1450::1']);
    expect(await workflow(facts, new SlowLookup()).run()).toEqual({ learned: 2, more: false });
    expect(facts.saved.get('2a00:1450::1')).toEqual({
      ip: '2a00:1450::1',
      ...NAMES,
      ...NETWORK,
      learnedAt: NOW,
      failed: false,
    });
  });

  it('is not asked twice', async () => {
    const facts = new KnownFacts(addresses(3));
    const lookup = new SlowLookup();
    await workflow(facts, lookup).run();
    expect(await workflow(facts, lookup).run()).toEqual({ learned: 0, more: false });
    expect(lookup.asked).toHaveLength(3);
  });

  it('looks a few up at once, and says when more may wait', async () => {
    const facts = new KnownFacts(addresses(150));
    const lookup = new SlowLookup();
    const limited = workflow(facts, lookup, { addresses: 100, atOnce: 7 });
    expect(await limited.run()).toEqual({ learned: 100, more: true });
    expect(lookup.atOnce).toBe(7);
    expect(await limited.run()).toEqual({ learned: 50, more: false });
    expect(new Set(lookup.asked).size).toBe(150);
  });

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '192.0.2.1',
    '224.0.0.1',
    'fe80::1',
    '2001:db8::1',
    '::ffff:10.0.0.1',
    'nonsense',
  ])('asks nobody about %s, and has done with it', async (ip) => {
    const facts = new KnownFacts([ip]);
    const lookup = new SlowLookup();
    expect(await workflow(facts, lookup).run()).toEqual({ learned: 1, more: false });
    expect(lookup.asked).toEqual([]);
    expect(facts.saved.get(ip)).toMatchObject({ names: [], asn: null, failed: false });
  });

  it('remembers that an address failed, so that it does not come first again', async () => {
    const [silent = '', ...others] = addresses(20);
    const facts = new KnownFacts([silent, ...others]);
    await workflow(facts, new SlowLookup(new Set([silent])), { addressMs: 20 }).run();
    expect(facts.saved.get(silent)).toEqual({
      ip: silent,
      names: [],
      claimedNames: [],
      ...NETWORK,
      learnedAt: NOW,
      failed: true,
    });
    expect([...facts.saved.values()].filter((fact) => fact.failed)).toHaveLength(1);
  });

  it('keeps the names when the network could not be told', async () => {
    const facts = new KnownFacts(['8.8.8.8']);
    await workflow(facts, new SlowLookup(new Set(), null)).run();
    expect(facts.saved.get('8.8.8.8')).toMatchObject({ ...NAMES, asn: null, failed: true });
  });

  it('begins nothing once its time is over, and goes on with the rest next time', async () => {
    const due = addresses(10);
    const facts = new KnownFacts(due);
    const lookup = new SlowLookup(new Set(due));
    const slow = workflow(facts, lookup, { atOnce: 4, beginWithinMs: 1, addressMs: 30 });
    expect(await slow.run()).toEqual({ learned: 4, more: true });
    expect(await slow.run()).toEqual({ learned: 4, more: true });
    expect(await slow.run()).toEqual({ learned: 2, more: false });
    expect(lookup.asked).toEqual(due);
  });

  it('forgets what nobody has seen for long', async () => {
    const facts = new KnownFacts([]);
    await workflow(facts, new SlowLookup()).run();
    expect(facts.forgottenBefore).toBe(NOW - 180 * DAY);
  });
});
