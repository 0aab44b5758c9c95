import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/instant.js';
import type { Observation } from '../../src/core/rollout/observation.js';
import type { Change, Rollout } from '../../src/core/rollout/rollout.js';
import { DnsProviderError, type DnsProvider } from '../../src/ports/dns-provider.js';
import { ManualProvider } from '../../src/providers/manual/manual-provider.js';
import { ShownRecord } from '../builders/port-doubles.js';
import {
  NONE,
  NOW,
  QUARANTINE_10,
  QUARANTINE_25,
  REJECT,
  aChange,
  aRollout,
  reasonsOf,
} from '../builders/rollout.js';
import { MemoryProvider } from '../contract/memory-provider.js';
import { BROKEN, ChangeStage, GOOD, NAME } from './change-stage.js';

const note = '';
const UNKNOWN: Observation = { kind: 'unknown', reason: 'ns3.shop.example: no answer in time' };

/** From pct=10 to pct=25, written an hour ago. */
function written(patch: Partial<Change> = {}): Rollout {
  const change = aChange({
    stage: 'written',
    publisher: 'person',
    attempts: 1,
    writtenAt: NOW - HOUR_MS,
    before: QUARANTINE_10,
    after: QUARANTINE_25,
    fromRung: 1,
    toRung: 2,
    ...patch,
  });
  return aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10, change });
}

/** Stands at pct=10, where nothing is open. */
function settled(): Rollout {
  return aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10 });
}

/** An account, the servers that show it, and the domain that is kept there. */
function setUp(rollout: Rollout, standing: string, provider?: (zone: ShownRecord) => DnsProvider) {
  const account = new MemoryProvider(['shop.example']);
  account.write(NAME, [standing]);
  const zone = new ShownRecord(account);
  return { account, zone, stage: new ChangeStage(rollout, zone, provider?.(zone) ?? account) };
}

/** An account that answers no write in time. */
class Speechless extends MemoryProvider {
  speaks = false;
  writes = 0;
  override async replaceTxt(
    ...call: Parameters<MemoryProvider['replaceTxt']>
  ): ReturnType<MemoryProvider['replaceTxt']> {
    if (this.speaks) return super.replaceTxt(...call);
    this.writes += 1;
    throw new DnsProviderError('no answer in time', { kind: 'transient', mayBeApplied: true });
  }
}

describe('a step back gets through', () => {
  const fromNone = { before: NONE, after: QUARANTINE_10, fromRung: 0, toRung: 1 };

  it.each<Observation>([UNKNOWN, { kind: 'disagree', texts: [QUARANTINE_10, NONE] }])(
    'from a strengthening that not all servers show: $kind',
    async (said) => {
      const rollout = { ...written(fromNone), rung: 0, stableRung: 0, record: NONE };
      const { account, zone, stage } = setUp(rollout, QUARANTINE_10);
      zone.observation = said;
      await stage.pass(1);
      expect(account.txt(NAME)).toEqual([NONE]);
    },
  );

  it.each([0, 3 * 24])('from one that nobody published, %i hours after it was handed out', async (hours) => {
    const { account, stage } = setUp(written(), QUARANTINE_10, (zone) => new ManualProvider(zone));
    stage.cells = GOOD;
    await stage.pass(hours);
    stage.cells = BROKEN;
    await stage.pass(1);
    expect(stage.rollout.change).toMatchObject({ before: QUARANTINE_10, after: NONE, stage: 'written' });
    expect(stage.rollout).toMatchObject({ rung: 1, record: QUARANTINE_10 });
    const told = stage.notices.filter((it) => it.event === 'to-publish').map((it) => it.text);
    expect(told[0]).toContain(`no longer to be published: ${QUARANTINE_25}`);
    expect(told[1]).toContain(NONE);
    expect(stage.notices.map((it) => it.event)).not.toContain('drift');
    account.write(NAME, [NONE]); // the person does
    await stage.pass(2);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
    expect(reasonsOf(stage.rollout)).not.toContain('drift');
  });

  it.each(['none', 'stable'] as const)('where a person asks for it: abort to %s', async (target) => {
    const { account, stage } = setUp(written(), QUARANTINE_10);
    stage.cells = GOOD;
    await stage.command({ kind: 'abort', target, note });
    const record = target === 'none' ? NONE : QUARANTINE_10;
    expect(account.txt(NAME)).toEqual([record]);
    expect(stage.rollout).toMatchObject({ rung: target === 'none' ? 0 : 1, record });
  });

  it('though somebody undoes it before it is seen everywhere', async () => {
    const { account, zone, stage } = setUp(written(), QUARANTINE_25);
    zone.observation = { kind: 'disagree', texts: [QUARANTINE_25, NONE] };
    await stage.pass(1 / 4);
    expect(account.txt(NAME)).toEqual([NONE]);
    account.write(NAME, [QUARANTINE_25]); // a deployment pushes its copy of the zone
    zone.observation = null;
    await stage.pass(1);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
  });

  it.each([1, 10, 30])('undone after %i hours, while one server is dead', async (hours) => {
    const { account, zone, stage } = setUp(settled(), QUARANTINE_10);
    zone.observation = UNKNOWN;
    await stage.pass(hours);
    expect(account.txt(NAME)).toEqual([NONE]);
    account.write(NAME, [QUARANTINE_10]);
    await stage.pass(1.1);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('from a record that a person has put back, at once', async () => {
    const { account, stage } = setUp(settled(), QUARANTINE_10);
    stage.cells = GOOD;
    account.write(NAME, []);
    await stage.evaluate();
    stage.cells = BROKEN;
    await stage.command({ kind: 'restore', note });
    expect(stage.audit.map(({ after }) => after)).toContain(QUARANTINE_10);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('from a strengthening that was given up and takes effect late', async () => {
    const change = aChange({ stage: 'planned', attempts: 1 });
    const { account, stage } = setUp(aRollout({ change }), NONE);
    await stage.pass(1);
    expect(stage.rollout.change).toBeNull();
    account.write(NAME, [QUARANTINE_10]);
    await stage.pass(6);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(reasonsOf(stage.rollout)).not.toContain('drift');
  });
});

describe('a text of ours that somebody puts back', () => {
  it('is a late write of ours for a while, and drift after it', async () => {
    const change = aChange({ stage: 'planned', attempts: 1 });
    const { account, stage } = setUp(aRollout({ change }), NONE);
    await stage.pass(24);
    account.write(NAME, [QUARANTINE_10]);
    await stage.pass(24);
    expect(stage.rollout.holds).toMatchObject([{ reason: 'drift' }]);
    expect(stage.rollout.holds[0]?.note).toContain(`Ours: ${NONE}. Now: ${QUARANTINE_10}`);
    expect(account.txt(NAME)).toEqual([QUARANTINE_10]);
  });

  it('… also when it goes to and fro: sooner or later a person is asked', async () => {
    const change = aChange({ stage: 'planned', attempts: 1 });
    const { account, stage } = setUp(aRollout({ change }), NONE);
    await stage.pass(1);
    stage.cells = GOOD;
    for (let turn = 0; turn < 8; turn += 1) {
      account.write(NAME, [turn % 2 === 0 ? QUARANTINE_10 : NONE]);
      await stage.pass(3 / 4);
      await stage.evaluate();
    }
    expect(stage.actions()).toContain('held');
    expect(reasonsOf(stage.rollout)).toContain('drift');
  });
});

describe('while a provider leaves each write unanswered', () => {
  it('a step back is tried at least hourly, and fills neither the history nor the versions', async () => {
    const account = new Speechless(['shop.example']);
    account.write(NAME, [QUARANTINE_10]);
    const stage = new ChangeStage(settled(), new ShownRecord(account), account);
    const { version } = stage.rollout;
    await stage.pass(24);
    expect(account.writes).toBeGreaterThan(10 + 20);
    expect(account.writes).toBeLessThan(60);
    expect(stage.actions().filter((action) => action === 'intended')).toHaveLength(1);
    expect(stage.audit.length).toBeLessThan(10);
    expect(stage.rollout.version - version).toBeLessThan(account.writes + 10);
    expect(stage.notices.length).toBeLessThan(5);
    account.speaks = true;
    await stage.pass(1.1);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('that fails before anything is tried, no version is counted', async () => {
    const { account, stage } = setUp(settled(), QUARANTINE_10);
    account.fault = new DnsProviderError('not authorized', { kind: 'auth' });
    await stage.pass(1);
    const { version } = stage.rollout;
    await stage.pass(24);
    expect(stage.rollout.version).toBe(version);
    expect(stage.rollout.holds[0]?.failures).toBeGreaterThan(20);
  });
});

describe('what the history says of a write that is looked at again', () => {
  const causes = (stage: ChangeStage): readonly string[] => stage.audit.map(({ cause }) => cause);

  it('tells of an interruption only where there was one', async () => {
    const { zone, stage } = setUp(settled(), QUARANTINE_10);
    zone.observation = UNKNOWN;
    await stage.pass(6);
    expect(stage.actions()).toContain('not-seen');
    expect(causes(stage).join('\n')).not.toContain('interruption');
  });

  it('says since when it stands, and that it is overdue after a day', async () => {
    const { zone, stage } = setUp(settled(), QUARANTINE_10);
    zone.observation = UNKNOWN;
    await stage.pass(6);
    expect(stage.rollout.change?.writtenAt).toBeLessThan(NOW + HOUR_MS);
    await stage.pass(72);
    expect(stage.rollout.holds).toMatchObject([{ reason: 'provider-error' }]);
    const told = stage.notices.filter(({ event }) => event === 'held');
    expect(told.length, 'about once a day').toBeLessThan(8);
    expect(stage.now - NOW).toBeGreaterThan(3 * DAY_MS);
  });
});

describe('abort while a write is under way', () => {
  const intended = aChange({ stage: 'intended', attempts: 1 });

  it.each([
    ['was applied', QUARANTINE_10],
    ['was not', NONE],
  ])('steps back over what stands, when the write %s', async (_title, standing) => {
    const { account, stage } = setUp(aRollout({ change: intended }), standing);
    stage.cells = GOOD;
    const asked = await stage.command({ kind: 'abort', target: 'stable', note });
    expect(asked.kind).toBe('done');
    expect(account.txt(NAME)).toEqual([NONE]);
    await stage.pass(3);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE, change: null });
    expect(reasonsOf(stage.rollout)).toEqual(['aborted']);
  });

  it('goes as low as it was asked to, from the rung that the write has brought', async () => {
    const up = { before: QUARANTINE_10, after: QUARANTINE_25, fromRung: 1, toRung: 2 } as const;
    const change = aChange({ stage: 'intended', attempts: 1, ...up });
    const { account, stage } = setUp({ ...settled(), change }, QUARANTINE_25);
    stage.cells = GOOD;
    await stage.command({ kind: 'abort', target: 'none', note });
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(stage.actions()).not.toContain('adopted');
  });

  it('takes back what the write brings only after the step back', async () => {
    const { account, stage } = setUp(aRollout({ change: intended }), NONE);
    stage.cells = GOOD;
    await stage.command({ kind: 'abort', target: 'stable', note });
    await stage.pass(1 / 4);
    account.write(NAME, [QUARANTINE_10]); // the provider's queue has come to it
    await stage.pass(7);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
    expect(reasonsOf(stage.rollout)).toEqual(['aborted']);
  });

  it.each([
    ['a record that somebody has replaced', [REJECT]],
    ['a record that somebody has taken away', []],
  ])('stays asked over %s, until ours stands again', async (_title, texts) => {
    const { account, stage } = setUp(settled(), QUARANTINE_10);
    stage.cells = GOOD;
    account.write(NAME, texts);
    await stage.command({ kind: 'abort', target: 'none', note });
    await stage.pass(30);
    expect(account.txt(NAME)).toEqual(texts);
    expect(reasonsOf(stage.rollout).toSorted()).toEqual(['aborted', 'drift']);
    account.write(NAME, [QUARANTINE_10]);
    await stage.pass(7);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE });
    expect(reasonsOf(stage.rollout)).toEqual(['aborted']);
  });
});
