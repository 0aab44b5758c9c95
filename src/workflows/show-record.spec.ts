import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OneProvider, ShownRecord } from '../../test/builders/port-doubles.js';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  REJECT,
  aChange,
  aRollout,
  observed,
} from '../../test/builders/rollout.js';
import { MemoryProvider } from '../../test/contract/memory-provider.js';
import { FORGED, storeMails, type Sent } from '../../test/database/evidence-lab.js';
import { openMigratedDatabase, type MigratedDatabase } from '../../test/database/migrated-database.js';
import { DAY_MS } from '../core/instant.js';
import { startDraft, withAudit } from '../core/rollout/draft.js';
import type { Change, Rollout } from '../core/rollout/rollout.js';
import type { PublishedPolicy } from '../core/report/report.js';
import { EvidenceRepository } from '../database/evidence/evidence.repository.js';
import { RolloutRepository } from '../database/rollout.repository.js';
import { DnsProviderError } from '../ports/dns-provider.js';
import { VirtualClock } from '../sandbox/virtual-clock.js';
import { ShowRecord } from './show-record.js';

const DOMAIN = 'shop.example';

class SlowProvider extends MemoryProvider {
  status: 'pending' | 'done' | DnsProviderError = 'pending';
  override async changeStatus(reference: string): Promise<'pending' | 'done'> {
    if (reference !== '/change/C1' || this.status instanceof DnsProviderError) throw this.status;
    return this.status;
  }
}

describe('showing a record', () => {
  let database: MigratedDatabase;
  let rollouts: RolloutRepository;
  let evidence: EvidenceRepository;
  let provider: SlowProvider;
  let observer: ShownRecord;

  beforeAll(async () => {
    database = await openMigratedDatabase();
    rollouts = new RolloutRepository(database.dataSource, []);
    evidence = new EvidenceRepository(database.dataSource);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await database.dataSource.query('truncate domain, audit, report, mail cascade');
    provider = new SlowProvider(['shop.example']);
    observer = new ShownRecord(provider);
    observer.observation = observed(NONE, 300);
  });

  async function show(patch: Parameters<typeof aRollout>[0], history: readonly string[] = []) {
    const rollout: Rollout = aRollout(patch);
    const audit = history.flatMap((action, at) => {
      const entry = { action, cause: 'test', before: NONE, after: rollout.record };
      return withAudit(startDraft(rollout, NOW + at), entry).audit;
    });
    await rollouts.create(rollout, NOW, audit);
    const clock = new VirtualClock(NOW);
    return new ShowRecord(rollouts, new OneProvider(provider), observer, evidence, clock).run(DOMAIN);
  }

  /** A report of that reporter's that came so many days ago, about the day before. */
  function seen(
    reporter: string,
    policy: Partial<PublishedPolicy>,
    daysAgo = 1,
    more: Partial<Sent> = {},
  ): Parameters<typeof storeMails>[1] {
    const end = Math.floor((NOW - daysAgo * DAY_MS) / DAY_MS) * 86_400;
    const published: PublishedPolicy = {
      domain: DOMAIN,
      p: 'none',
      sp: null,
      np: null,
      pct: null,
      adkim: 'r',
      aspf: 'r',
      testing: null,
      ...policy,
    };
    const head = {
      reportId: `${reporter}-${daysAgo}`,
      orgName: reporter.toUpperCase(),
      begin: end - 86_400,
      end: end - 1,
      policy: published,
    };
    const authenticity = { authenticated: true, domain: reporter, method: 'dkim', reason: '' } as const;
    return {
      receivedAt: NOW - daysAgo * DAY_MS,
      reports: [{ domain: DOMAIN, reporter, authenticity, head, ...more }],
    };
  }

  it('says what is wanted and what is shown', async () => {
    const standing = await show({ settings: { alias: '_dmarc.x.ops.example' } });
    expect(standing).toMatchObject({
      place: { domain: DOMAIN, alias: '_dmarc.x.ops.example', verify: 'authoritative' },
      name: '_dmarc.x.ops.example',
      expected: NONE,
      observation: { kind: 'record', text: NONE },
      provider: null,
      reporters: [],
    });
  });

  it('a domain that is not enrolled has no record here', async () => {
    const clock = new VirtualClock(NOW);
    const providers = new OneProvider(provider);
    expect(await new ShowRecord(rollouts, providers, observer, evidence, clock).run(DOMAIN)).toBeNull();
  });

  it.each<[string, Partial<Change>, string]>([
    ['planned', { stage: 'approved' }, NONE],
    ['interrupted', { stage: 'intended', attempts: 1 }, NONE],
    ['written', { stage: 'written', attempts: 1, writtenAt: NOW }, QUARANTINE_10],
    ['verified', { stage: 'verified', attempts: 1, writtenAt: NOW, verifiedAt: NOW + 5 }, QUARANTINE_10],
  ])('while a change is %s', async (_title, change, expected) => {
    const standing = await show({ change: aChange(change) });
    const { stage, writtenAt = null, verifiedAt = null } = change;
    expect(standing).toMatchObject({ expected, stage, writtenAt, verifiedAt, effectiveAt: null });
  });

  it('keeps the times of the change that brought the record', async () => {
    const settled = { record: REJECT, rung: 6, windowStart: NOW - DAY_MS };
    const standing = await show(settled, ['adopted', 'intended', 'written', 'verified', 'effective', 'held']);
    expect(standing).toMatchObject({
      stage: null,
      writtenAt: NOW + 2,
      verifiedAt: NOW + 3,
      effectiveAt: NOW - DAY_MS,
    });
  });

  it('a record that was adopted has no such times', async () => {
    const standing = await show({}, ['written', 'verified', 'effective', 'adopted']);
    expect(standing).toMatchObject({ writtenAt: null, verifiedAt: null, effectiveAt: null });
  });

  it.each<[string, SlowProvider['status'], unknown]>([
    ['is under way', 'pending', { status: 'pending', note: 'C1' }],
    ['has arrived', 'done', { status: 'done', note: 'C1' }],
    [
      'can not be told',
      new DnsProviderError('busy', { kind: 'transient', mayBeApplied: false }),
      { status: 'unknown', note: 'busy' },
    ],
  ])('asks the provider how far a written change is: it %s', async (_title, status, expected) => {
    provider.status = status;
    const change = aChange({ stage: 'written', attempts: 1, receipt: 'C1', reference: '/change/C1' });
    expect((await show({ change }))?.provider).toEqual(expected);
  });

  it('says which reporters have seen it, by the latest report of each', async () => {
    await storeMails(
      evidence,
      seen('google.com', { p: 'none' }, 3),
      seen('google.com', { p: 'quarantine', pct: 10, testing: true }, 1),
      seen('yahooinc.com', { p: 'none' }, 1),
      seen('gmx.net', { p: 'quarantine', pct: 10 }, 2),
      seen('long-silent.example', { p: 'none' }, 15),
      seen('forger.example', { p: 'none' }, 1, { authenticity: FORGED }),
    );
    const change = aChange({ stage: 'verified', attempts: 1 });
    const standing = await show({ change });
    expect(standing?.reporters.map(({ reporter, policy, hasSeen }) => [reporter, policy, hasSeen])).toEqual([
      ['gmx.net', 'p=quarantine; pct=10', true],
      ['google.com', 'p=quarantine; pct=10; t=y', true],
      ['yahooinc.com', 'p=none', false],
    ]);
    expect(standing?.reporters[1]).toMatchObject({ orgName: 'GOOGLE.COM', until: expect.any(Number) });
  });
});
