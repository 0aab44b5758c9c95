import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AssessDomain } from '../../src/workflows/assess-domain.js';
import { EvaluateDomain } from '../../src/workflows/evaluate-domain.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { RecordObserver } from '../../src/ports/record-observer.js';
import type { ObservedEverywhere } from '../../src/ports/record-observer.js';
import { ApplyChange } from '../../src/workflows/apply-change.js';
import { DEFAULT_SETTINGS } from '../../src/core/rollout/rollout.js';
import { DnsProviderError, DnsProviders } from '../../src/ports/dns-provider.js';
import type { DnsProvider } from '../../src/ports/dns-provider.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import { MemoryProvider } from '../contract/memory-provider.js';
import type { MigratedDatabase } from '../database/migrated-database.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import { RolloutRepository } from '../../src/database/rollout.repository.js';
import type { Transition } from '../../src/ports/rollout-store.js';
import { VirtualClock } from '../../src/sandbox/virtual-clock.js';
import { WakeUp } from '../../src/ports/wake-up.js';
import { openMigratedDatabase } from '../database/migrated-database.js';
import { planChange } from '../../src/core/rollout/plan.js';

const NAME = '_dmarc.crash.test';
const BEFORE = 'v=DMARC1; p=none; rua=mailto:d@crash.test';
const AFTER = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@crash.test';
const NOW = Date.parse('2026-03-01T00:00:00Z');

class NoWakeUp extends WakeUp {
  async wake(): Promise<void> {}
}

class OneProvider extends DnsProviders {
  constructor(private readonly provider: DnsProvider) {
    super();
  }
  get(): DnsProvider {
    return this.provider;
  }
  names(): readonly string[] {
    return ['memory'];
  }
}

/** Every authoritative server shows what the provider has. */
class AtProvider extends RecordObserver {
  constructor(private readonly provider: MemoryProvider) {
    super();
  }
  async observe(): Promise<ObservedEverywhere> {
    const text = this.provider.txt(NAME).find((value) => value.startsWith('v=DMARC1')) ?? '';
    return { observation: { kind: 'record', text, ttl: 300, others: [] }, servers: [] };
  }
}

/** The process dies here: nothing after it happens, nobody cleans up. */
class Death extends Error {}

/** Counts writes that take effect, and dies before or after one. */
class MortalProvider extends MemoryProvider {
  writes = 0;
  dies: 'before' | 'after' | null = null;
  override async replaceTxt(...call: Parameters<MemoryProvider['replaceTxt']>) {
    if (this.dies === 'before') throw new Death();
    const receipt = await super.replaceTxt(...call);
    this.writes += 1;
    if (this.dies === 'after') throw new Death();
    return receipt;
  }
}

/** Dies instead of storing the n-th transition. */
class MortalStore extends RolloutRepository {
  savesLeft = Infinity;
  override async save(transition: Transition): Promise<void> {
    if (this.savesLeft === 0) throw new Death();
    this.savesLeft -= 1;
    return super.save(transition);
  }
}

describe('a change interrupted at any point', () => {
  let database: MigratedDatabase;
  let provider: MortalProvider;
  const clock = new VirtualClock(NOW);

  beforeAll(async () => {
    database = await openMigratedDatabase();
  });
  afterAll(async () => database.close());

  beforeEach(async () => {
    provider = new MortalProvider(['crash.test']);
    provider.write(NAME, [BEFORE, 'some other text']);
    await database.dataSource.query('truncate domain cascade');
    const store = new RolloutRepository(database.dataSource, []);
    await store.create(approved(), NOW, []);
  });

  function applyWith(store: RolloutRepository): ApplyChange {
    return new ApplyChange(store, new OneProvider(provider), new NoWakeUp(), clock);
  }

  async function evaluate(): Promise<void> {
    const store = restarted();
    const assess = new AssessDomain(store, new EvidenceRepository(database.dataSource), clock);
    await new EvaluateDomain(store, assess, new AtProvider(provider), new NoWakeUp(), clock).run(
      'crash.test',
    );
  }

  const restarted = (): RolloutRepository => new RolloutRepository(database.dataSource, []);

  async function stage(): Promise<string | undefined> {
    return (await restarted().find('crash.test'))?.rollout.change?.stage;
  }

  it.each([
    ['before the intent is stored', { saves: 0, dies: null }, 'approved', 0],
    ['between intent and write', { saves: 9, dies: 'before' }, 'intended', 0],
    ['between write and answer', { saves: 9, dies: 'after' }, 'intended', 1],
    ['between answer and receipt', { saves: 1, dies: null }, 'intended', 1],
  ] as const)('%s is settled by one write at the next start', async (_where, death, left, written) => {
    const store = new MortalStore(database.dataSource, []);
    store.savesLeft = death.saves;
    provider.dies = death.dies;
    await expect(applyWith(store).run('crash.test')).rejects.toThrow(Death);
    expect([await stage(), provider.writes]).toEqual([left, written]);

    provider.dies = null;
    await applyWith(restarted()).run('crash.test');
    // What was not written is decided again before it is: it may no longer be wanted.
    await evaluate();
    await applyWith(restarted()).run('crash.test');
    expect([await stage(), provider.writes]).toEqual(['written', 1]);
    expect(provider.txt(NAME)).toEqual([AFTER, 'some other text']);

    await applyWith(restarted()).run('crash.test');
    expect(provider.writes).toBe(1);
  });

  it('writes nothing over what somebody else put there meanwhile', async () => {
    provider.dies = 'before';
    await expect(applyWith(restarted()).run('crash.test')).rejects.toThrow(Death);
    provider.dies = null;
    provider.write(NAME, ['v=DMARC1; p=none']);
    await applyWith(restarted()).run('crash.test');
    const { rollout } = (await restarted().find('crash.test'))!;
    expect(provider.txt(NAME)).toEqual(['v=DMARC1; p=none']);
    expect(rollout.change).toBeNull();
    expect(rollout.holds.map((it) => it.reason)).toContain('drift');
  });

  it('holds while the provider fails, and tries again later', async () => {
    provider.fault = new DnsProviderError('busy', { kind: 'transient', mayBeApplied: false });
    await applyWith(restarted()).run('crash.test');
    expect((await restarted().find('crash.test'))?.rollout.holds[0]?.reason).toBe('provider-error');
    provider.fault = null;
    await applyWith(restarted()).run('crash.test');
    expect(provider.writes).toBe(0); // going up, nothing is written while a hold stands
  });
});

function approved(): Rollout {
  const rollout: Rollout = {
    domain: 'crash.test',
    provider: 'memory',
    ladder: LADDERS.gradual,
    settings: DEFAULT_SETTINGS,
    rung: 0,
    stableRung: 0,
    holds: [],
    change: null,
    record: BEFORE,
    windowStart: NOW,
    enrolledAt: NOW,
    version: 1,
  };
  const request = {
    to: { rung: 1, sp: null },
    direction: 'strengthen',
    cause: 'test',
    byHand: true, // promoted: no evidence is needed to decide it again
    needsApproval: false,
    before: BEFORE,
    ttl: null,
    fromRung: 0,
  } as const;
  return { ...rollout, change: planChange(rollout, request, NOW) };
}
