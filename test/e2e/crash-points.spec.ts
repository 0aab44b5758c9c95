import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import { planChange } from '../../src/core/rollout/plan.js';
import { DEFAULT_SETTINGS, type Rollout } from '../../src/core/rollout/rollout.js';
import { RolloutRepository } from '../../src/database/rollout.repository.js';
import { queryDns } from '../../src/dns/dns-query.js';
import { openMigratedDatabase, type MigratedDatabase } from '../database/migrated-database.js';
import { startBind, type BindLab } from '../lab/bind.js';
import { describeWith } from '../lab/debian-packages.js';

const DIST = path.resolve(import.meta.dirname, '../../dist/src');
const NOW = Date.parse('2026-03-01T00:00:00Z');
const OTHER = 'some other text';

/** What a worker does with a change, over the real store, provider and observer, until it comes to the point of its death. */
const WORKER = `
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './database/data-source.js';
import { EvidenceRepository } from './database/evidence/evidence.repository.js';
import { RolloutRepository } from './database/rollout.repository.js';
import { AuthoritativeObserver } from './dns/authoritative-observer.js';
import { Rfc2136Provider } from './providers/rfc2136/rfc2136-provider.js';
import { ApplyChange } from './workflows/apply-change.js';
import { AssessDomain } from './workflows/assess-domain.js';
import { EvaluateDomain } from './workflows/evaluate-domain.js';
import { VerifyChange } from './workflows/verify-change.js';

const { domain, diesAt, now, databaseUrl, dns, provider: options } = JSON.parse(process.env.WORK);
async function reach(point) {
  if (point !== diesAt) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
}
/** The stage that a change is on its way to names the point. */
const STAGES = { intended: 'intent', written: 'receipt', verified: 'verification' };
class Store extends RolloutRepository {
  async save(transition) {
    const name = STAGES[transition.rollout.change?.stage];
    await reach('before-' + name);
    await super.save(transition);
    await reach('after-' + name);
  }
}
class Provider extends Rfc2136Provider {
  async readTxt(...call) {
    await reach('before-read');
    return super.readTxt(...call);
  }
  async replaceTxt(...call) {
    await reach('before-write');
    const receipt = await super.replaceTxt(...call);
    await reach('after-write');
    return receipt;
  }
}
const clock = { now: () => now };
const wakeUp = { wake: async () => {} };
const dataSource = new DataSource(dataSourceOptions(databaseUrl));
await dataSource.initialize();
const store = new Store(dataSource, []);
const provider = new Provider(options);
const observer = new AuthoritativeObserver(dns);
const providers = { get: () => provider };
const apply = new ApplyChange(store, providers, observer, wakeUp, clock);
const verify = new VerifyChange(store, observer, wakeUp, clock);
const assess = new AssessDomain(store, new EvidenceRepository(dataSource), clock);
const evaluate = new EvaluateDomain(store, assess, observer, wakeUp, clock);
// As the sweep does: what is open first, then the decision, then what it asks for; and once more, when nothing is left.
for (let round = 0; round < 2; round += 1) {
  await apply.run(domain);
  await evaluate.run(domain);
  await apply.run(domain);
  await verify.run(domain);
}
await dataSource.destroy();
`;

/** The records of a domain on the two lowest rungs. */
function texts(domain: string) {
  const rua = `rua=mailto:d@${domain}`;
  return {
    none: `v=DMARC1; p=none; ${rua}`,
    quarantine: `v=DMARC1; p=quarantine; pct=10; t=y; ${rua}`,
  };
}

/** A change that a person asked for: no evidence is needed to decide it again. */
function approved(domain: string, direction: 'strengthen' | 'weaken'): Rollout {
  const { none, quarantine } = texts(domain);
  const isUp = direction === 'strengthen';
  const rollout: Rollout = {
    domain,
    provider: 'bind',
    ladder: LADDERS.gradual,
    settings: DEFAULT_SETTINGS,
    rung: isUp ? 0 : 1,
    stableRung: 0,
    holds: [],
    change: null,
    record: isUp ? none : quarantine,
    windowStart: NOW,
    enrolledAt: NOW,
    version: 1,
  };
  const request = {
    to: { rung: isUp ? 1 : 0, sp: null },
    direction,
    cause: 'test',
    byHand: true,
    needsApproval: false,
    before: isUp ? none : quarantine,
    ttl: null,
    fromRung: isUp ? 0 : 1,
  };
  return { ...rollout, change: planChange(rollout, request, NOW) };
}

const POINTS = [
  'before-read',
  'before-intent',
  'after-intent',
  'before-write',
  'after-write',
  'before-receipt',
  'after-receipt',
  'before-verification',
  'after-verification',
] as const;
type Point = (typeof POINTS)[number];

const DONE = ['written', 'verified'];
const ONCE = ['intended', ...DONE];
/** Nothing was written: what leads up is decided again, what leads down is written at once, with the intent that stands. */
const UNWRITTEN = {
  strengthen: ['intended', 'not-written', 'decided-again', 'intended', ...DONE],
  weaken: ONCE,
} as const;

function historyOf(point: Point, direction: 'strengthen' | 'weaken'): readonly string[] {
  return point === 'after-intent' || point === 'before-write' ? UNWRITTEN[direction] : ONCE;
}

/** Going down only what lies between intent and receipt is another way. */
const CASES = [
  ...POINTS.map((point) => ({ point, direction: 'strengthen' as const })),
  ...POINTS.slice(2, 6).map((point) => ({ point, direction: 'weaken' as const })),
].map((one) => ({ ...one, domain: `${one.point}.${one.direction}.crash.test` }));

describeWith(['bind9', 'bind9-dnsutils'], 'a worker that is killed on the way of a change', () => {
  let bind: BindLab;
  let database: MigratedDatabase;
  let store: RolloutRepository;

  beforeAll(async () => {
    const domains = [...CASES.map(({ domain }) => domain), 'foreign.crash.test'];
    const names = domains.map((domain) => `_dmarc.${domain}`);
    bind = await startBind({ zones: [{ name: 'crash.test', records: [], writable: names }] });
    database = await openMigratedDatabase();
    store = new RolloutRepository(database.dataSource, []);
  });

  afterAll(async () => {
    await database?.close();
    await bind?.stop();
  });

  /** Runs a worker to its end, or to its death; answers the signal that ended it. */
  async function work(domain: string, diesAt: Point | null): Promise<string | null> {
    const server = `${bind.host}:${bind.port}`;
    const dns = {
      resolvers: [server],
      authorities: [{ zone: 'crash.test', servers: [server] }],
      timeoutMs: 2000,
      tries: 2,
      port: bind.port,
    };
    const provider = {
      server: bind.host,
      port: bind.port,
      keyName: bind.key.name,
      keyAlgorithm: bind.key.algorithm,
      keySecret: bind.key.secret,
      signQueries: true,
      timeoutMs: 5000,
    };
    const todo = { domain, diesAt, now: NOW, databaseUrl: database.url, dns, provider };
    const program = WORKER.replaceAll("from './", `from '${DIST}/`);
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { PATH: process.env['PATH'] ?? '', WORK: JSON.stringify(todo) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [status, signal] = (await once(worker, 'exit')) as [number | null, string | null];
    if (signal === null && status !== 0) throw new Error(`the worker ended with status ${status}`);
    return signal;
  }

  /** Counts each write that took effect. */
  async function serial(): Promise<number> {
    const query = { timeoutMs: 2000, tries: 2, recursionDesired: false };
    const { answers } = await queryDns({ name: 'crash.test', type: 'SOA' }, bind, query);
    const soa = answers[0];
    return soa?.type === 'SOA' ? soa.serial : Number.NaN;
  }

  async function begin(domain: string, direction: 'strengthen' | 'weaken'): Promise<string> {
    const rollout = approved(domain, direction);
    await bind.write(`_dmarc.${domain}`, [rollout.record ?? '', OTHER]);
    await store.create(rollout, NOW, []);
    return rollout.change?.after ?? '';
  }

  it.each(CASES)(
    '$point, $direction: one write, the right record, the right history',
    async ({ point, direction, domain }) => {
      const after = await begin(domain, direction);
      const before = await serial();
      expect(await work(domain, point)).toBe('SIGKILL');
      expect(await work(domain, null)).toBeNull();

      expect(await serial()).toBe(before + 1);
      expect(await bind.txt(`_dmarc.${domain}`)).toEqual([OTHER, after].toSorted());
      const rollout = (await store.find(domain))?.rollout;
      expect(rollout).toMatchObject({ record: after, holds: [], change: { stage: 'verified' } });
      const history = (await store.history(domain, 100)).toReversed();
      expect(history.map(({ action }) => action)).toEqual(historyOf(point, direction));
      expect(history.every((entry) => entry.after === after && entry.actor === 'ratchet')).toBe(true);
    },
  );

  it('writes nothing over what somebody else put there meanwhile', async () => {
    const domain = 'foreign.crash.test';
    const foreign = 'v=DMARC1; p=reject; rua=mailto:x@elsewhere.test';
    await begin(domain, 'strengthen');
    expect(await work(domain, 'before-write')).toBe('SIGKILL');
    await bind.write(`_dmarc.${domain}`, [foreign]);
    expect(await work(domain, null)).toBeNull();
    expect(await bind.txt(`_dmarc.${domain}`)).toEqual([foreign]);
    const rollout = (await store.find(domain))?.rollout;
    expect(rollout?.change).toBeNull();
    expect(rollout?.holds.map(({ reason }) => reason)).toContain('drift');
  });
});
