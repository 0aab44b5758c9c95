import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { OneProvider, RecordingWakeUp, ShownRecord } from '../../test/builders/port-doubles.js';
import { NONE, NOW, QUARANTINE_10, REJECT, aChange, aHold, aRollout } from '../../test/builders/rollout.js';
import { MemoryProvider } from '../../test/contract/memory-provider.js';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { DAY_MS } from '../core/instant.js';
import type { Observation } from '../core/rollout/observation.js';
import type { Change, HoldReason, Rollout, RolloutSettings } from '../core/rollout/rollout.js';
import { RolloutRepository } from '../database/rollout.repository.js';
import { DnsProviderError } from '../ports/dns-provider.js';
import { VirtualClock } from '../sandbox/virtual-clock.js';
import { ApplyChange } from './apply-change.js';

const NAME = '_dmarc.shop.example';
const BACK = { direction: 'weaken', fromRung: 1, toRung: 0, before: QUARANTINE_10, after: NONE } as const;
const NO_ZONE = new DnsProviderError('no zone', { kind: 'zone-not-found' });

describe('applying a change wakes what has work next', () => {
  let database: MigratedDatabase;
  let rollouts: RolloutRepository;
  let provider: MemoryProvider;
  let wakeUp: RecordingWakeUp;
  let observer: ShownRecord;

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
    observer = new ShownRecord(provider);
  });

  function show(observation: Observation): void {
    observer.observation = observation;
  }

  /** The name server that the provider says it serves the zone with, and its addresses. */
  function serve(nameServer: string | null, addresses: readonly string[] = []): void {
    provider.nameServers = nameServer === null ? null : [nameServer];
    observer.addresses = addresses;
    observer.servers = [
      {
        server: 'ns1.shop.example (192.0.2.53)',
        kind: 'authoritative',
        name: NAME,
        nameServer: 'ns1.shop.example',
        address: '192.0.2.53',
        namedBy: 'both',
        serial: 1,
        observation: { kind: 'unknown', reason: 'not asked' },
      },
    ];
  }

  async function apply(change: Partial<Change> | null, patch: Parameters<typeof aRollout>[0] = {}) {
    const rollout = aRollout({ change: change === null ? null : aChange(change), ...patch });
    await rollouts.create(rollout, NOW, []);
    const clock = new VirtualClock(NOW);
    await new ApplyChange(rollouts, new OneProvider(provider), observer, wakeUp, clock).run('shop.example');
    return (await rollouts.find('shop.example'))?.rollout;
  }

  it('has the provider publish what an interrupted write left in the account', async () => {
    const published: string[] = [];
    provider.publish = async (zone) => void published.push(zone.name);
    provider.write(NAME, [QUARANTINE_10]);
    const after = await apply({ stage: 'intended', attempts: 1 });
    expect(after?.change?.stage).toBe('written');
    expect(published).toEqual(['shop.example']);
  });

  it('once it is written, it is to be seen everywhere', async () => {
    const rollout = await apply({});
    expect(rollout?.change?.stage).toBe('written');
    expect(provider.txt(NAME)).toEqual([QUARANTINE_10]);
    expect(wakeUp.workflows()).toEqual(['verify-change']);
  });

  it('the same once it is found written after an interruption', async () => {
    provider.write(NAME, [QUARANTINE_10]);
    const rollout = await apply({ stage: 'intended', attempts: 1 });
    expect(rollout?.change?.stage).toBe('written');
    expect(wakeUp.workflows()).toEqual(['verify-change']);
  });

  it('put back after an interruption, it is to be decided again', async () => {
    const rollout = await apply({ stage: 'intended', attempts: 1 });
    expect(rollout?.change?.stage).toBe('planned');
    expect(provider.txt(NAME)).toEqual([NONE]);
    expect(wakeUp.workflows()).toEqual(['evaluate-domain']);
  });

  it.each([
    ['somebody else changed the record', [REJECT], 'drift'],
    ['several records stand there', [NONE, REJECT], 'several-records'],
  ])('people are told when %s, and nothing runs in circles', async (_title, values, hold) => {
    provider.write(NAME, values);
    const rollout = await apply({});
    expect(rollout?.holds.map((it) => it.reason)).toEqual([hold]);
    expect(provider.txt(NAME)).toEqual(values);
    expect(wakeUp.workflows()).toEqual(['deliver-notifications']);
  });

  it('people are told when the provider fails', async () => {
    provider.fault = new DnsProviderError('busy', { kind: 'transient', mayBeApplied: false });
    const rollout = await apply({});
    expect(rollout?.holds.map((it) => it.reason)).toEqual(['provider-error']);
    expect(wakeUp.workflows()).toEqual(['deliver-notifications']);
  });

  it.each<[string, () => void, HoldReason, string]>([
    [
      'the name is an alias of others',
      () => show({ kind: 'cname', target: 'x.vendor.example' }),
      'cname',
      'x.vendor',
    ],
    [
      'its name servers show several records',
      () => show({ kind: 'several-records', texts: [NONE, REJECT] }),
      'several-records',
      '2 DMARC records',
    ],
    [
      'its name servers show another record',
      () => show({ kind: 'record', text: REJECT, ttl: 300, others: [] }),
      'provider-error',
      REJECT,
    ],
    [
      'they can not be asked',
      () => show({ kind: 'unknown', reason: 'SERVFAIL' }),
      'provider-error',
      'SERVFAIL',
    ],
    [
      'the provider does not serve the domain',
      () => serve('ns1.old.example'),
      'provider-error',
      'ns1.old.example',
    ],
    ['the provider has no such zone', () => (provider.fault = NO_ZONE), 'provider-error', 'no zone'],
  ])('nothing is written, and people are told, when %s', async (_title, prepare, hold, note) => {
    prepare();
    const rollout = await apply({});
    expect(rollout?.holds).toMatchObject([{ reason: hold, note: expect.stringContaining(note) }]);
    expect(provider.txt(NAME)).toEqual([NONE]);
    expect(wakeUp.workflows()).toEqual(['deliver-notifications']);
  });

  describe('a time-out of our own', () => {
    beforeEach(() => {
      const late = AbortSignal.abort(new DOMException('the time is up', 'TimeoutError'));
      vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late);
    });
    afterEach(() => void vi.restoreAllMocks());

    it('of the provider holds and is told, as any fault of it', async () => {
      const rollout = await apply(BACK, { rung: 1, record: QUARANTINE_10 });
      const note = expect.stringContaining('did not answer within 30 seconds');
      expect(rollout?.holds).toMatchObject([{ reason: 'provider-error', note }]);
      expect(rollout?.change?.stage).toBe('approved');
      expect(wakeUp.workflows()).toEqual(['deliver-notifications']);
    });

    it('in the look-up of its name servers leaves open whether it serves the domain', async () => {
      serve('ns1.old.example');
      vi.spyOn(observer, 'addressesOf').mockRejectedValue(new Error('aborted'));
      vi.spyOn(provider, 'findZone').mockResolvedValue({
        id: 'shop.example',
        name: 'shop.example',
        nameServers: ['ns1.old.example'],
      });
      vi.spyOn(provider, 'readTxt').mockResolvedValue({ values: [NONE], ttl: 300 });
      vi.spyOn(provider, 'replaceTxt').mockResolvedValue({ note: 'done', reference: null });
      expect((await apply({}))?.change?.stage).toBe('written');
    });
  });

  it('a step back asks nobody which servers the provider has', async () => {
    provider.write(NAME, [QUARANTINE_10]);
    serve('ns1.old.example');
    const asked = vi.spyOn(observer, 'addressesOf');
    await apply(BACK, { rung: 1, record: QUARANTINE_10 });
    expect(asked).not.toHaveBeenCalled();
    expect(provider.txt(NAME)).toEqual([NONE]);
  });

  it('what a person is to publish is told at once, and not that it is published', async () => {
    provider.write(NAME, [QUARANTINE_10]);
    vi.spyOn(provider, 'replaceTxt').mockResolvedValue({
      note: 'Replace this by that',
      reference: null,
      publisher: 'person',
    });
    const rollout = await apply(BACK, { rung: 1, record: QUARANTINE_10 });
    expect(rollout?.change).toMatchObject({ stage: 'written', publisher: 'person' });
    expect(wakeUp.workflows()).toEqual(['deliver-notifications', 'verify-change']);
    const told = await database.dataSource.query('select notice from dispatch');
    const text = expect.stringContaining('Replace this by that');
    expect(told).toContainEqual({ notice: expect.objectContaining({ event: 'to-publish', text }) });
  });

  it('a strengthening that was left lying is decided again, and then written', async () => {
    const rollout = aRollout({ change: aChange({}) });
    await rollouts.create(rollout, NOW - 20 * DAY_MS, []);
    const run = new ApplyChange(rollouts, new OneProvider(provider), observer, wakeUp, new VirtualClock(NOW));
    await run.run('shop.example');
    expect((await rollouts.find('shop.example'))?.rollout.change?.stage).toBe('planned');
    expect(provider.txt(NAME)).toEqual([NONE]);
    expect(wakeUp.workflows()).toEqual(['evaluate-domain']);
  });

  it.each<[string, string, Partial<RolloutSettings>]>([
    ['our rua would be missing', QUARANTINE_10, { rua: 'ours@reports.example' }],
    ['the text has a mistake', `${QUARANTINE_10},dmarc@shop.example`, {}],
  ])('nothing is written when %s', async (_title, after, settings) => {
    const rollout = await apply({ after }, { settings });
    expect(rollout?.holds.map((it) => it.reason)).toEqual(['failing-check']);
    expect(provider.txt(NAME)).toEqual([NONE]);
  });

  it.each<[string, () => void]>([
    ['a name server that both name', () => serve('ns1.shop.example')],
    ['the same server under another name', () => serve('ns1.old.example', ['192.0.2.53'])],
    ['a provider that does not say whom it serves with', () => serve(null)],
  ])('%s is enough to write', async (_title, prepare) => {
    prepare();
    expect((await apply({}))?.change?.stage).toBe('written');
  });

  it('a step back is written even where it may not be served', async () => {
    provider.write(NAME, [QUARANTINE_10]);
    serve('ns1.old.example');
    show({ kind: 'unknown', reason: 'SERVFAIL' });
    expect((await apply(BACK, { rung: 1, record: QUARANTINE_10 }))?.change?.stage).toBe('written');
  });

  it('an alias is written in the zone that it leads to', async () => {
    const alias = '_dmarc.shop.ops.example';
    provider = new MemoryProvider(['ops.example', 'shop.example']);
    provider.write(alias, [NONE]);
    show({ kind: 'record', text: NONE, ttl: 300, others: [] });
    const rollout = await apply({}, { settings: { alias } });
    expect(rollout?.change?.stage).toBe('written');
    expect([provider.txt(alias), provider.txt(NAME)]).toEqual([[QUARANTINE_10], []]);
    expect(observer.places).toEqual([{ domain: 'shop.example', alias, verify: 'authoritative' }]);
  });

  it('a provider that wants to be left alone is not asked before the time is up', async () => {
    const until = { kind: 'rate-limited', retryAfterMs: 7_200_000 } as const;
    provider.fault = new DnsProviderError('too many requests', until);
    const limited = await apply({});
    expect(limited?.holds).toMatchObject([{ reason: 'provider-error', until: NOW + 7_200_000 }]);
    provider.fault = null;
    const clock = new VirtualClock(NOW + 7_199_999);
    const again = new ApplyChange(rollouts, new OneProvider(provider), observer, wakeUp, clock);
    await again.run('shop.example');
    expect(provider.txt(NAME)).toEqual([NONE]);
    clock.advanceTo(NOW + 7_200_000);
    await again.run('shop.example');
    expect(provider.txt(NAME)).toEqual([QUARANTINE_10]);
    expect((await rollouts.find('shop.example'))?.rollout.holds).toEqual([]);
  });

  it.each<[string, Partial<Change> | null, Partial<Omit<Rollout, 'settings'>>]>([
    ['there is no change', null, {}],
    ['it waits for a person', { stage: 'planned' }, {}],
    ['it is written already', { stage: 'written' }, {}],
    ['something holds it', {}, { holds: [aHold('paused')] }],
  ])('nothing is woken when %s', async (_title, change, patch) => {
    await apply(change, patch);
    expect(wakeUp.workflows()).toEqual([]);
    expect(provider.txt(NAME)).toEqual([NONE]);
  });
});
