import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NONE, NOW, QUARANTINE_10, REJECT, aChange, aHold, aRollout } from '../../test/builders/rollout.js';
import { MemoryProvider } from '../../test/contract/memory-provider.js';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import type { Change, Rollout } from '../core/rollout/rollout.js';
import { RolloutRepository } from '../database/rollout.repository.js';
import { DnsProviderError, DnsProviders, type DnsProvider } from '../ports/dns-provider.js';
import { WakeUp, type Wake } from '../ports/wake-up.js';
import { VirtualClock } from '../sandbox/virtual-clock.js';
import { ApplyChange } from './apply-change.js';

const NAME = '_dmarc.shop.example';

class RecordingWakeUp extends WakeUp {
  readonly woken: Wake['workflow'][] = [];
  async wake({ workflow }: Wake): Promise<void> {
    this.woken.push(workflow);
  }
}

class OneProvider extends DnsProviders {
  constructor(private readonly provider: DnsProvider) {
    super();
  }
  get(): DnsProvider {
    return this.provider;
  }
  names(): readonly string[] {
    return ['main'];
  }
}

describe('applying a change wakes what has work next', () => {
  let database: MigratedDatabase;
  let rollouts: RolloutRepository;
  let provider: MemoryProvider;
  let wakeUp: RecordingWakeUp;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    rollouts = new RolloutRepository(database.dataSource, ['mail']);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await database.dataSource.query('truncate domain cascade');
    provider = new MemoryProvider(['shop.example']);
    provider.write(NAME, [NONE]);
    wakeUp = new RecordingWakeUp();
  });

  async function apply(change: Partial<Change> | null, patch: Partial<Omit<Rollout, 'settings'>> = {}) {
    const rollout = aRollout({ change: change === null ? null : aChange(change), ...patch });
    await rollouts.create(rollout, NOW, []);
    const clock = new VirtualClock(NOW);
    await new ApplyChange(rollouts, new OneProvider(provider), wakeUp, clock).run('shop.example');
    return (await rollouts.find('shop.example'))?.rollout;
  }

  it('once it is written, it is to be seen everywhere', async () => {
    const rollout = await apply({});
    expect(rollout?.change?.stage).toBe('written');
    expect(provider.txt(NAME)).toEqual([QUARANTINE_10]);
    expect(wakeUp.woken).toEqual(['verify-change']);
  });

  it('the same once it is found written after an interruption', async () => {
    provider.write(NAME, [QUARANTINE_10]);
    const rollout = await apply({ stage: 'intended', attempts: 1 });
    expect(rollout?.change?.stage).toBe('written');
    expect(wakeUp.woken).toEqual(['verify-change']);
  });

  it('put back after an interruption, it is to be decided again', async () => {
    const rollout = await apply({ stage: 'intended', attempts: 1 });
    expect(rollout?.change?.stage).toBe('planned');
    expect(provider.txt(NAME)).toEqual([NONE]);
    expect(wakeUp.woken).toEqual(['evaluate-domain']);
  });

  it.each([
    ['somebody else changed the record', [REJECT], 'drift'],
    ['several records stand there', [NONE, REJECT], 'several-records'],
  ])('people are told when %s, and nothing runs in circles', async (_title, values, hold) => {
    provider.write(NAME, values);
    const rollout = await apply({});
    expect(rollout?.holds.map((it) => it.reason)).toEqual([hold]);
    expect(provider.txt(NAME)).toEqual(values);
    expect(wakeUp.woken).toEqual(['deliver-notifications']);
  });

  it('people are told when the provider fails', async () => {
    provider.fault = new DnsProviderError('busy', { kind: 'transient', mayBeApplied: false });
    const rollout = await apply({});
    expect(rollout?.holds.map((it) => it.reason)).toEqual(['provider-error']);
    expect(wakeUp.woken).toEqual(['deliver-notifications']);
  });

  it.each<[string, Partial<Change> | null, Partial<Omit<Rollout, 'settings'>>]>([
    ['there is no change', null, {}],
    ['it waits for a person', { stage: 'planned' }, {}],
    ['it is written already', { stage: 'written' }, {}],
    ['something holds it', {}, { holds: [aHold('paused')] }],
  ])('nothing is woken when %s', async (_title, change, patch) => {
    await apply(change, patch);
    expect(wakeUp.woken).toEqual([]);
    expect(provider.txt(NAME)).toEqual([NONE]);
  });
});
