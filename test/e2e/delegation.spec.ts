import { afterAll, beforeAll, expect, it } from 'vitest';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import { DEFAULT_SETTINGS, type Rollout } from '../../src/core/rollout/rollout.js';
import { EvidenceRepository } from '../../src/database/evidence/evidence.repository.js';
import { RolloutRepository } from '../../src/database/rollout.repository.js';
import { AuthoritativeObserver } from '../../src/dns/authoritative-observer.js';
import { queryDns } from '../../src/dns/dns-query.js';
import { Rfc2136Options } from '../../src/providers/rfc2136/options.js';
import { Rfc2136Provider } from '../../src/providers/rfc2136/rfc2136-provider.js';
import { VirtualClock } from '../../src/sandbox/virtual-clock.js';
import { ApplyChange } from '../../src/workflows/apply-change.js';
import { AssessDomain } from '../../src/workflows/assess-domain.js';
import { Domains } from '../../src/workflows/domains.js';
import { EvaluateDomain } from '../../src/workflows/evaluate-domain.js';
import { ShowRecord } from '../../src/workflows/show-record.js';
import { VerifyChange } from '../../src/workflows/verify-change.js';
import { OneProvider, RecordingWakeUp } from '../builders/port-doubles.js';
import { openMigratedDatabase, type MigratedDatabase } from '../database/migrated-database.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const RECORD = 'v=DMARC1; p=none; rua=mailto:d@ops.test';
const NEXT = 'v=DMARC1; p=quarantine; pct=10; t=y; rua=mailto:d@ops.test';
const ALIAS = '_dmarc.customer.ops.test';

describeWith(['bind9', 'bind9-dnsutils'], 'a record that a customer has handed over', () => {
  let bind: BindLab;
  let database: MigratedDatabase;
  let work: {
    domains: Domains;
    evaluate: EvaluateDomain;
    apply: ApplyChange;
    verify: VerifyChange;
    show: ShowRecord;
  };

  beforeAll(async () => {
    // The key may write in the operator's zones alone; the customers' zones are their own.
    bind = await startBind({
      zones: [
        {
          name: 'test',
          records: ['customer', 'delegated', 'ops'].flatMap((zone) => [
            `${zone} NS ns1.${zone}`,
            `ns1.${zone} A 127.0.0.1`,
          ]),
        },
        { name: 'customer.test', writable: [], records: [`_dmarc CNAME ${ALIAS}.`] },
        { name: 'ops.test', writable: [ALIAS], records: [`_dmarc.customer 60 TXT "${RECORD}"`] },
        {
          name: 'delegated.test',
          writable: [],
          records: ['_dmarc NS ns1._dmarc', 'ns1._dmarc A 127.0.0.1'],
        },
        {
          name: '_dmarc.delegated.test',
          writable: ['_dmarc.delegated.test'],
          records: [`@ 60 TXT "${RECORD}"`],
        },
      ],
    });
    database = await openMigratedDatabase();
    const clock = new VirtualClock(NOW);
    const wakeUp = new RecordingWakeUp();
    const store = new RolloutRepository(database.dataSource, []);
    const evidence = new EvidenceRepository(database.dataSource);
    const { host, port, key } = bind;
    const observer = new AuthoritativeObserver({
      resolvers: [`${host}:${port}`],
      authorities: [],
      timeoutMs: 2000,
      tries: 2,
      port,
    });
    const providers = new OneProvider(
      new Rfc2136Provider(
        Rfc2136Options.parse({
          server: host,
          port,
          keyName: key.name,
          keyAlgorithm: key.algorithm,
          keySecret: key.secret,
        }),
      ),
    );
    work = {
      domains: new Domains(store, observer, wakeUp, clock),
      evaluate: new EvaluateDomain(store, new AssessDomain(store, evidence, clock), observer, wakeUp, clock),
      apply: new ApplyChange(store, providers, observer, wakeUp, clock),
      verify: new VerifyChange(store, observer, wakeUp, clock),
      show: new ShowRecord(store, providers, observer, evidence, clock),
    };
  });

  afterAll(async () => {
    await database?.close();
    await bind?.stop();
  });

  async function enrol(domain: string, alias: string | null) {
    const settings = { ...DEFAULT_SETTINGS, alias };
    return work.domains.enrol({ domain, provider: 'bind', ladder: LADDERS.gradual, settings }, 'test');
  }

  async function rolloutOf(domain: string): Promise<Rollout | undefined> {
    return (await work.domains.find(domain))?.rollout;
  }

  async function climb(domain: string): Promise<void> {
    await work.evaluate.run(domain);
    await work.domains.command(domain, { kind: 'promote', note: 'test' }, 'test', null);
    await work.evaluate.run(domain);
    await work.apply.run(domain);
    await work.verify.run(domain);
  }

  async function serialOf(zone: string): Promise<number> {
    const query = { timeoutMs: 2000, tries: 2, recursionDesired: false };
    const { answers } = await queryDns({ name: zone, type: 'SOA' }, bind, query);
    const soa = answers[0];
    return soa?.type === 'SOA' ? soa.serial : Number.NaN;
  }

  it.each([
    ['by a CNAME', 'customer.test', ALIAS, ALIAS],
    ['by a zone of its own', 'delegated.test', null, '_dmarc.delegated.test'],
  ])('%s is adopted, changed where it stands, and verified there', async (_how, domain, alias, name) => {
    const theirs = await serialOf(domain);
    expect((await enrol(domain, alias)).kind).toBe('done');
    await climb(domain);
    expect(await bind.txt(name)).toEqual([NEXT]);
    expect(await serialOf(domain)).toBe(theirs);
    const rollout = await rolloutOf(domain);
    expect(rollout).toMatchObject({ record: NEXT, rung: 1, holds: [], change: { stage: 'verified' } });

    const standing = await work.show.run(domain);
    expect(standing).toMatchObject({ name, expected: NEXT, observation: { kind: 'record', text: NEXT } });
    const rows = standing?.servers.map((row) => [row.name, row.nameServer, row.observation.kind]);
    const own = [name, alias === null ? 'ns1._dmarc.delegated.test' : 'ns1.ops.test', 'record'];
    const aliased = ['_dmarc.customer.test', 'ns1.customer.test', 'cname'];
    expect(rows).toEqual(alias === null ? [own] : [aliased, own]);
  });

  it('no two domains share a name', async () => {
    expect(await enrol('other.test', ALIAS)).toMatchObject({
      kind: 'refused',
      reason: `the record of customer.test stands at ${ALIAS} already`,
    });
    expect(await enrol('other.test', '_dmarc.delegated.test')).toMatchObject({ kind: 'refused' });
    expect(await enrol('other.test', '_dmarc.other.test')).toMatchObject({ kind: 'refused' });
    expect(await work.domains.find('other.test')).toBeNull();
    expect(await enrol('customer.ops.test', null)).toMatchObject({
      kind: 'refused',
      reason: `the record of customer.test stands at ${ALIAS} already`,
    });
    const moved = await work.domains.changeSettings('delegated.test', { alias: ALIAS }, 'test', null);
    expect(moved.kind).toBe('refused');
  });

  it('the record moves to no other name while a change is under way', async () => {
    const moved = await work.domains.changeSettings('customer.test', { alias: null }, 'test', null);
    expect(moved).toMatchObject({ kind: 'refused', reason: expect.stringContaining('under way') });
  });

  it.each([
    ['a record of their own', `TXT "${RECORD}"`, `TXT stands there instead: ${RECORD}`],
    ['an alias of somebody else', 'CNAME _dmarc.vendor.test.', 'CNAME to _dmarc.vendor.test'],
  ])('holds when they put up %s instead of the alias', async (_what, record, note) => {
    await bind.update([
      'zone customer.test',
      'update delete _dmarc.customer.test.',
      `update add _dmarc.customer.test. 60 ${record}`,
    ]);
    await work.evaluate.run('customer.test');
    expect((await rolloutOf('customer.test'))?.holds).toMatchObject([
      { reason: 'cname', note: expect.stringContaining(note) },
    ]);
    await bind.update([
      'zone customer.test',
      'update delete _dmarc.customer.test.',
      `update add _dmarc.customer.test. 60 CNAME ${ALIAS}.`,
    ]);
    await work.evaluate.run('customer.test');
    expect((await rolloutOf('customer.test'))?.holds).toEqual([]);
  });
});
