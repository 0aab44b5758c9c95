import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../src/core/instant.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import { RehearseChange } from '../../src/workflows/rehearse-change.js';
import { daysFrom, everyDay } from '../builders/evidence.js';
import { ShownRecord } from '../builders/port-doubles.js';
import { NONE, NOW, QUARANTINE_10, aRollout, anEnrolled, reasonsOf } from '../builders/rollout.js';
import { MemoryProvider } from '../contract/memory-provider.js';
import { BROKEN, ChangeStage, GOOD, NAME } from './change-stage.js';

const note = '';
const RUA = 'rua=mailto:dmarc@shop.example';
const AWAY = new DnsProviderError('away', { kind: 'transient', mayBeApplied: false });

/** Stands at pct=10, where nothing is open. */
const SETTLED = aRollout({ rung: 1, stableRung: 1, record: QUARANTINE_10 });

function setUp(rollout: Rollout, standing: string, account = new MemoryProvider(['shop.example'])) {
  account.write(NAME, [standing]);
  const zone = new ShownRecord(account);
  return { account, zone, stage: new ChangeStage(rollout, zone, account) };
}

/** What a subdomain has sent: all of it passed until two days ago. */
const BROKEN_SUBDOMAIN = [
  ...GOOD,
  ...fromErp('2026-01-15', '2026-03-10', 100),
  ...fromErp('2026-03-11', '2026-03-12', 0),
];

function fromErp(from: string, to: string, passed: number) {
  const mail = { headerFrom: 'erp.shop.example', ip: '198.51.100.50', messages: 100, passed };
  return everyDay(daysFrom(from, to), mail);
}

describe('a clock that was a month ahead', () => {
  it('does not keep a step back from a provider that failed meanwhile', async () => {
    const { account, stage } = setUp(SETTLED, QUARANTINE_10);
    account.fault = AWAY;
    await stage.pass(0.2);
    stage.now += 30 * DAY_MS;
    await stage.pass(0.05);
    stage.now = NOW + HOUR_MS;
    account.fault = null;
    await stage.pass(2);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('does not keep a step back that was undone from being looked for', async () => {
    const { account, zone, stage } = setUp(SETTLED, QUARANTINE_10);
    zone.observation = { kind: 'unknown', reason: 'ns3 is silent' };
    await stage.pass(0.1);
    stage.now += 30 * DAY_MS;
    await stage.pass(1);
    stage.now = NOW + HOUR_MS;
    zone.observation = null;
    account.write(NAME, [QUARANTINE_10]);
    await stage.pass(2);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('does not keep the sweep from a domain that was decided then', async () => {
    const { account, stage } = setUp(SETTLED, QUARANTINE_10);
    stage.cells = GOOD;
    stage.now = NOW + 30 * DAY_MS;
    await stage.evaluate();
    stage.now = NOW;
    stage.cells = BROKEN;
    await stage.pass(2);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('does not keep a change that was verified then from becoming effective', async () => {
    const { stage } = setUp(SETTLED, QUARANTINE_10);
    await stage.evaluate();
    expect(stage.rollout.change?.stage).toBe('verified');
    stage.now = NOW - 30 * DAY_MS;
    await stage.pass(1);
    expect(stage.rollout).toMatchObject({ rung: 0, change: null });
    expect(stage.rollout.windowStart).toBeLessThan(stage.now);
  });
});

describe('a record that asks for more than the rung it was put to', () => {
  const rungs = LADDERS.gradual.rungs;
  const own = { name: 'own', rungs: [0, 4, 6].flatMap((at) => rungs[at] ?? []) };
  const steep = { name: 'steep', rungs: [0, 6].flatMap((at) => rungs[at] ?? []) };

  describe.each([
    ['gradual', LADDERS.gradual, `v=DMARC1; p=quarantine; pct=5; t=y; ${RUA}`],
    ['own', own, `v=DMARC1; p=quarantine; pct=50; t=y; ${RUA}`],
    ['steep', steep, `v=DMARC1; p=quarantine; ${RUA}`],
  ])('on ladder %s', (_name, ladder, text) => {
    async function adopted() {
      const world = setUp(anEnrolled({ ladder }), text);
      world.stage.cells = GOOD;
      await world.stage.evaluate();
      await world.stage.command({ kind: 'adopt', note });
      expect(world.account.txt(NAME)).toEqual([text]);
      return world;
    }

    it('is stepped back when legitimate mail begins to fail', async () => {
      const { account, stage } = await adopted();
      stage.cells = BROKEN;
      await stage.evaluate();
      expect(account.txt(NAME)).toEqual([NONE]);
      await stage.pass(6);
      expect(stage.rollout).toMatchObject({ rung: 0, record: NONE, change: null });
    });

    it('is taken down where a person aborts', async () => {
      const { account, stage } = await adopted();
      await stage.command({ kind: 'abort', target: 'none', note });
      expect(account.txt(NAME)).toEqual([NONE]);
    });
  });
});

describe('np', () => {
  it.each([
    [4, `v=DMARC1; p=quarantine; np=reject; ${RUA}`, `v=DMARC1; p=quarantine; sp=none; np=none; ${RUA}`],
    [0, `v=DMARC1; p=none; np=reject; ${RUA}`, `v=DMARC1; p=none; sp=none; np=none; ${RUA}`],
  ])(
    'goes down with sp where a subdomain’s mail begins to fail, from rung %i',
    async (rung, record, after) => {
      const { account, stage } = setUp(aRollout({ rung, stableRung: rung, record }), record);
      stage.cells = BROKEN_SUBDOMAIN;
      await stage.evaluate();
      expect(account.txt(NAME)).toEqual([after]);
      await stage.pass(24);
      expect(stage.actions().filter((action) => action === 'planned')).toHaveLength(1);
    },
  );

  it('goes down where a person aborts to none', async () => {
    const record = `v=DMARC1; p=quarantine; np=reject; ${RUA}`;
    const { account, stage } = setUp(aRollout({ rung: 4, stableRung: 4, record }), record);
    stage.cells = GOOD;
    await stage.command({ kind: 'abort', target: 'none', note });
    expect(account.txt(NAME)).toEqual([`v=DMARC1; p=none; sp=none; np=none; ${RUA}`]);
    await stage.pass(24);
    expect(stage.actions().filter((action) => action === 'planned')).toHaveLength(1);
  });

  it('stays where the domain’s own mail fails', async () => {
    const record = `v=DMARC1; p=quarantine; np=reject; ${RUA}`;
    const { account, stage } = setUp(aRollout({ rung: 4, stableRung: 4, record }), record);
    await stage.evaluate();
    expect(account.txt(NAME)).toEqual([`v=DMARC1; p=none; np=reject; ${RUA}`]);
  });
});

describe('a provider that fails as nobody expected', () => {
  it('holds, is left alone for a while, and tells nothing that it threw', async () => {
    const account = new Surprising(['shop.example']);
    const { stage } = setUp(SETTLED, QUARANTINE_10, account);
    await expect(stage.evaluate()).rejects.toThrow('key=s3cret');
    expect(stage.rollout.holds).toMatchObject([{ reason: 'provider-error', failures: 1 }]);
    expect(JSON.stringify([stage.rollout, stage.audit, stage.notices])).not.toContain('s3cret');
    for (let hour = 0; hour < 30; hour += 1) await stage.pass(1).catch(() => {});
    expect(stage.rollout.holds[0]?.failures).toBeGreaterThan(10);
    account.isWell = true;
    await stage.pass(1.1);
    expect(account.txt(NAME)).toEqual([NONE]);
  });
});

class Surprising extends MemoryProvider {
  isWell = false;
  override async findZone(
    ...call: Parameters<MemoryProvider['findZone']>
  ): ReturnType<MemoryProvider['findZone']> {
    if (!this.isWell) throw new TypeError('no property of https://api.example/?key=s3cret');
    return super.findZone(...call);
  }
}

describe('a provider that says done and does nothing', () => {
  it('is held after a day, told of about once a day, and fills no history', async () => {
    const account = new Idle(['shop.example']);
    const { stage } = setUp(SETTLED, QUARANTINE_10, account);
    await stage.pass(72);
    expect(reasonsOf(stage.rollout)).toContain('provider-error');
    expect(account.writes).toBeGreaterThan(60);
    expect(stage.audit.length).toBeLessThan(300);
    const held = stage.notices.filter(({ event }) => event === 'held');
    expect([held.length > 1, held.length < 8]).toEqual([true, true]);
    account.isIdle = false;
    await stage.pass(1.1);
    expect(account.txt(NAME)).toEqual([NONE]);
    await stage.pass(2);
    expect(stage.rollout).toMatchObject({ rung: 0, holds: [] });
  });
});

class Idle extends MemoryProvider {
  isIdle = true;
  writes = 0;
  override async replaceTxt(
    ...call: Parameters<MemoryProvider['replaceTxt']>
  ): ReturnType<MemoryProvider['replaceTxt']> {
    this.writes += 1;
    if (!this.isIdle) return super.replaceTxt(...call);
    return { note: 'ok', reference: null };
  }
}

describe('a dry run that begins while a step back is written and not seen', () => {
  it('says nothing untrue of it, and verifies it once the servers show it', async () => {
    const { account, zone, stage } = setUp(SETTLED, QUARANTINE_10);
    zone.observation = { kind: 'unknown', reason: 'ns3 is silent' };
    await stage.pass(1 / 12);
    expect(account.txt(NAME)).toEqual([NONE]);
    stage.applies = (store, wakeUp, clock) => new RehearseChange(store, wakeUp, clock);
    await stage.pass(2);
    zone.observation = null;
    await stage.pass(6);
    expect(stage.rollout).toMatchObject({ rung: 0, record: NONE, change: null });
    const said = [...stage.audit.map(({ cause }) => cause), ...stage.notices.map(({ text }) => text)];
    expect(said.join('\n')).not.toContain('nothing was written');
  });
});

describe('a record with the longest TTL there is', () => {
  it('makes a change effective within a week: no resolver remembers longer', async () => {
    const { account, stage } = setUp(aRollout(), NONE);
    account.write(NAME, [NONE], 2_147_483_647);
    stage.cells = GOOD;
    await stage.evaluate();
    expect(stage.rollout.change).toMatchObject({ stage: 'verified', effectiveAt: NOW + 7 * DAY_MS });
  });
});
