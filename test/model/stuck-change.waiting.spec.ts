import { describe, expect, it } from 'vitest';
import { DAY_MS, dayOf } from '../../src/core/instant.js';
import type { Command } from '../../src/core/rollout/command.js';
import type { Rollout, RolloutSettings } from '../../src/core/rollout/rollout.js';
import { DnsProviderError } from '../../src/ports/dns-provider.js';
import { ManualProvider } from '../../src/providers/manual/manual-provider.js';
import { everyDay } from '../builders/evidence.js';
import { ShownRecord } from '../builders/port-doubles.js';
import { NONE, NOW, QUARANTINE_10, aRollout, reasonsOf } from '../builders/rollout.js';
import { MemoryProvider } from '../contract/memory-provider.js';
import { BROKEN, ChangeStage, GOOD, NAME, NEWS_BROKEN, NEWS_GOOD } from './change-stage.js';

const note = '';
const AWAY = new DnsProviderError('no answer in time', { kind: 'transient', mayBeApplied: false });
const RUA = 'rua=mailto:dmarc@shop.example';
const QUARANTINE = `v=DMARC1; p=quarantine; ${RUA}`;
const NEWS_LEFT = `v=DMARC1; p=quarantine; sp=none; pct=10; t=y; ${RUA}`;
/** No soak is over yet: a rung is taken by a promotion alone. */
const RECENT = { windowStart: NOW - 10 * DAY_MS, enrolledAt: NOW - 10 * DAY_MS };

/** An account, and the domain that is kept there; all its mail passes. */
function setUp(rollout: Rollout = aRollout(), standing = rollout.record ?? NONE) {
  const account = new MemoryProvider(['shop.example']);
  account.write(NAME, [standing]);
  const zone = new ShownRecord(account);
  const stage = new ChangeStage(rollout, zone, account);
  stage.cells = GOOD;
  return { account, stage };
}

function supervised(patch: Parameters<typeof aRollout>[0] = {}): Rollout {
  return aRollout({ ...patch, settings: { ...patch.settings, mode: 'supervised' } });
}

function published(stage: ChangeStage): readonly (string | null)[] {
  return stage.audit.filter(({ action }) => action === 'intended').map(({ after }) => after);
}

describe('a change that waits for its provider', () => {
  it.each<readonly [string, Partial<RolloutSettings>]>([
    ['beyond the policy that is wanted by then', { lastPolicy: 'none' }],
    ['without the approval that is wanted by then', { mode: 'supervised' }],
  ])('is not written %s', async (_title, settings) => {
    const { account, stage } = setUp();
    account.fault = AWAY;
    await stage.pass(1);
    expect(stage.rollout.change).toMatchObject({ stage: 'approved', after: QUARANTINE_10 });
    await stage.changeSettings(settings);
    account.fault = null;
    await stage.pass(3);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('leaves behind a subdomain whose mail fails by then', async () => {
    const { account, stage } = setUp();
    stage.cells = [...GOOD, ...NEWS_GOOD];
    account.fault = AWAY;
    await stage.pass(1);
    stage.cells = [...GOOD, ...NEWS_BROKEN];
    await stage.pass(7);
    account.fault = null;
    await stage.pass(2);
    expect(account.txt(NAME)).toEqual([NEWS_LEFT]);
    expect(published(stage)).toEqual([NEWS_LEFT]);
  });

  it('is not written on an approval of weeks ago', async () => {
    const { account, stage } = setUp(supervised());
    await stage.evaluate();
    account.fault = AWAY;
    await stage.approve();
    for (let day = 0; day < 20; day += 1) {
      stage.cells = [...stage.cells, ...everyDay([dayOf(stage.now)])];
      await stage.pass(24);
    }
    account.fault = null;
    await stage.pass(3);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(reasonsOf(stage.rollout)).toEqual(['awaiting-approval']);
  });
});

describe('a plan that waits for approval', () => {
  it('is void once the owner wants less', async () => {
    const { account, stage } = setUp(supervised());
    await stage.evaluate();
    await stage.changeSettings({ lastPolicy: 'none' });
    expect((await stage.approve()).kind).toBe('refused');
    await stage.pass(3);
    expect(account.txt(NAME)).toEqual([NONE]);
  });

  it('is carried out without it once none is wanted', async () => {
    const { account, stage } = setUp(supervised());
    await stage.evaluate();
    await stage.changeSettings({ mode: 'automatic' });
    expect(account.txt(NAME)).toEqual([QUARANTINE_10]);
  });

  it.each<readonly [string, Rollout, string]>([
    ['the domain goes up without the subdomain', supervised(), NEWS_LEFT],
    [
      'the subdomain stays where it is',
      supervised({
        rung: 4,
        stableRung: 4,
        record: `v=DMARC1; p=quarantine; sp=none; ${RUA}`,
        settings: { lastPolicy: 'quarantine' },
      }),
      `v=DMARC1; p=quarantine; sp=none; ${RUA}`,
    ],
  ])('is made again where a subdomain begins to fail: %s', async (_title, rollout, after) => {
    const { account, stage } = setUp(rollout);
    stage.cells = [...GOOD, ...NEWS_GOOD];
    await stage.evaluate();
    const seen = stage.rollout.change?.planHash ?? '';
    stage.cells = [...GOOD, ...NEWS_BROKEN];
    await stage.evaluate();
    expect((await stage.command({ kind: 'approve', planHash: seen, note })).kind).toBe('refused');
    await stage.approve();
    await stage.pass(1);
    expect(account.txt(NAME)).toEqual([after]);
  });
});

describe('a promotion', () => {
  const promote: Command = { kind: 'promote', note };

  it('goes up at once where nothing is hurt', async () => {
    const { account, stage } = setUp(aRollout(RECENT));
    await stage.command(promote);
    expect(account.txt(NAME)).toEqual([QUARANTINE_10]);
  });

  it('leaves behind a subdomain whose mail fails', async () => {
    const { account, stage } = setUp(aRollout(RECENT));
    stage.cells = [...GOOD, ...NEWS_BROKEN];
    await stage.command(promote);
    expect(account.txt(NAME)).toEqual([NEWS_LEFT]);
    expect(published(stage)).toEqual([NEWS_LEFT]);
  });

  it('is given up where the mail of the domain fails, and people are told why', async () => {
    const { account, stage } = setUp();
    stage.cells = BROKEN;
    await stage.evaluate();
    await stage.command(promote);
    await stage.pass(1);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(published(stage)).toEqual([]);
    expect(stage.notices.map(({ text }) => text).join('\n')).toMatch(/promotion is given up: .*worst-source/);
  });

  it.each<readonly [string, (stage: ChangeStage) => unknown]>([
    ['the mail has begun to fail', (stage) => (stage.cells = BROKEN)],
    ['the owner wants no more', (stage) => stage.changeSettings({ lastPolicy: 'none' })],
  ])('is not written when its provider is back, where meanwhile %s', async (_title, meanwhile) => {
    const { account, stage } = setUp(aRollout(RECENT));
    account.fault = AWAY;
    expect((await stage.command(promote)).kind).toBe('done');
    await stage.pass(2);
    await meanwhile(stage);
    await stage.pass(5);
    account.fault = null;
    await stage.pass(2);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(published(stage)).toEqual([]);
  });
});

describe('a change that a person is to publish', () => {
  it.each<Command>([
    { kind: 'abort', target: 'stay', note },
    { kind: 'abort', target: 'stable', note },
    { kind: 'pause', note },
  ])('is called back by $kind $target', async (command) => {
    const { account, zone } = handedOut();
    const stage = new ChangeStage(aRollout(), zone, new ManualProvider(zone));
    stage.cells = GOOD;
    await stage.pass(1);
    expect(stage.rollout.change).toMatchObject({ stage: 'written', publisher: 'person' });
    await stage.command(command);
    await stage.pass(7);
    expect(account.txt(NAME)).toEqual([NONE]);
    expect(stage.rollout.change?.direction).not.toBe('strengthen');
    const told = stage.notices.filter(({ event }) => event === 'to-publish').map(({ text }) => text);
    expect(told.join('\n')).toContain(`no longer to be published: ${QUARANTINE_10}`);
  });

  function handedOut() {
    const account = new MemoryProvider(['shop.example']);
    account.write(NAME, [NONE]);
    return { account, zone: new ShownRecord(account) };
  }
});

describe('abort to the last rung that passed', () => {
  it('goes down from a record that was restored a moment ago', async () => {
    const { account, stage } = setUp(aRollout({ rung: 4, stableRung: 1, record: QUARANTINE }));
    account.write(NAME, [`${QUARANTINE}; fo=1`], 86_400);
    await stage.evaluate();
    await stage.command({ kind: 'restore', note });
    await stage.pass(1);
    expect(stage.rollout.change).toMatchObject({ stage: 'verified', after: QUARANTINE });
    expect((await stage.command({ kind: 'abort', target: 'stable', note })).kind).toBe('done');
    await stage.pass(1);
    expect(account.txt(NAME)).toEqual([QUARANTINE_10]);
  });
});
