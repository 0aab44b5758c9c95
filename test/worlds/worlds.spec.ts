import { DAY_MS, startOfDay } from '../../src/core/instant.js';
import { MAIN_SENDER, situation } from '../../src/sandbox/situations.js';
import { describe, expect, it } from 'vitest';
import { hurt, runWorld } from './run-world.js';
import { LADDERS } from '../../src/core/rollout/ladder.js';
import type { Situation } from '../../src/sandbox/situations.js';
import type { World } from '../../src/sandbox/world.js';
import type { WorldRun } from './run-world.js';
import { networkOf } from '../../src/core/source/network.js';
import { trafficOn } from '../../src/sandbox/traffic.js';

type LadderName = keyof typeof LADDERS;

interface Lived extends WorldRun {
  readonly world: World;
  readonly days: number;
}

function live(name: Situation, seed: number, days: number, ladder: LadderName = 'gradual'): Lived {
  const world = situation(name, seed);
  return { ...runWorld(world, days, LADDERS[ladder]), world, days };
}

/** The first day on which the policy stood in full; null: never. */
function dayOfFull(run: Lived, policy: 'quarantine' | 'reject'): number | null {
  return run.published.find(({ record }) => record.startsWith(`v=DMARC1; p=${policy}; rua`))?.day ?? null;
}

function isNone(record: string): boolean {
  return record.startsWith('v=DMARC1; p=none');
}

/** The day on which a sender turns bad. */
function firstBadDay(world: World): number {
  const bad = world.senders.flatMap(({ stances }) =>
    stances.filter((it) => it.from > 0).map((it) => it.from),
  );
  return Math.min(...bad);
}

describe('a domain whose mail is all right reaches full reject', () => {
  it.each<readonly [Situation, number, LadderName, number]>([
    ['healthy', 1, 'gradual', 115],
    ['healthy', 2, 'gradual', 115],
    ['healthy', 3, 'rfc9989', 90],
    ['heavy-spoofing', 1, 'gradual', 115],
    ['heavy-spoofing', 2, 'gradual', 115],
    ['heavy-spoofing', 3, 'rfc9989', 90],
    ['forged-bad', 1, 'gradual', 115],
    ['forged-bad', 2, 'gradual', 115],
    ['aligned-later', 1, 'gradual', 125],
    ['aligned-later', 2, 'gradual', 125],
    ['parked', 1, 'gradual', 145],
    ['parked', 2, 'parked', 40],
    ['low-volume', 1, 'gradual', 145],
    ['low-volume', 2, 'gradual', 145],
  ])('%s, seed %i, on ladder %s: by day %i, and nobody is hurt', (name, seed, ladder, by) => {
    const run = live(name, seed, by + 1, ladder);
    expect(dayOfFull(run, 'reject')).toBeLessThanOrEqual(by);
    expect(run.replayed.transitions).toHaveLength(LADDERS[ladder].rungs.length - 1);
    expect(hurt(run)).toBe(0);
  });
});

describe('a domain with a sender that is not aligned never enforces', () => {
  it.each<readonly [Situation, number, LadderName, string]>([
    ['unaligned-sender', 1, 'gradual', 'sendwell.example'],
    ['unaligned-sender', 2, 'gradual', 'sendwell.example'],
    ['monthly-invoice-unaligned', 1, 'gradual', 'billhost.example'],
    ['monthly-invoice-unaligned', 2, 'rfc9989', 'billhost.example'],
    ['monthly-invoice-unaligned', 3, 'gradual', 'billhost.example'],
    ['forged-good', 1, 'gradual', 'sendwell.example'],
    ['forged-good', 2, 'gradual', 'sendwell.example'],
    ['broken-subdomain', 1, 'gradual', 'sendwell.example'],
    ['broken-subdomain', 2, 'gradual', 'sendwell.example'],
  ])('%s, seed %i, on ladder %s: the verdict names %s', (name, seed, ladder, sender) => {
    const run = live(name, seed, 130, ladder);
    expect(run.published).toEqual([]);
    expect(run.replayed.verdict.kind).toBe('fail');
    expect(run.replayed.verdict.why).toContain(sender);
    expect(run.replayed.rollout.holds.map((it) => it.reason)).toContain('unclassified-source');
    expect(hurt(run)).toBe(0);
  });
});

describe('a domain whose mail begins to fail steps back to none', () => {
  it.each<readonly [Situation, number, LadderName]>([
    ['breaks', 1, 'gradual'],
    ['breaks', 2, 'gradual'],
    ['breaks', 3, 'rfc9989'],
    ['new-tool', 1, 'gradual'],
    ['new-tool', 2, 'gradual'],
    ['new-tool', 3, 'rfc9989'],
  ])('%s, seed %i, on ladder %s: within 4 days, naming the source', (name, seed, ladder) => {
    const run = live(name, seed, 112, ladder);
    const bad = firstBadDay(run.world);
    const main = run.world.senders.find((it) => it.name === MAIN_SENDER);
    const source = name === 'breaks' ? networkOf(main?.ips[0] ?? '') : 'sendwell.example';
    const back = run.published.find(({ record }) => isNone(record));
    expect(back?.day).toBeGreaterThan(bad);
    expect(back?.day).toBeLessThanOrEqual(bad + 4);
    expect(run.published.at(-1), 'and stays there').toEqual(back);
    expect(run.replayed.transitions.at(-1)?.why).toContain(source);
    const hurtOn = new Set(run.harm.map((it) => it.day));
    expect(
      [...hurtOn].filter((day) => day < bad || day > bad + 4),
      'nobody is hurt before or after',
    ).toEqual([]);
  });
});

describe('a domain that writes to mailing lists', () => {
  it.each<readonly [number, LadderName]>([
    [1, 'gradual'],
    [2, 'gradual'],
    [3, 'rfc9989'],
  ])(
    'seed %i, on ladder %s: reaches full quarantine, and hurts less than a hundredth of its mail',
    (seed, ladder) => {
      const run = live('mailing-lists', seed, 120, ladder);
      expect(dayOfFull(run, 'quarantine')).toBeLessThanOrEqual(70);
      expect(hurt(run)).toBeLessThan(legitimateMail(run) * 0.01);
      expect(new Set(run.harm.map((it) => it.origin)), 'nobody but the lists').toEqual(new Set(['list']));
    },
  );
});

function legitimateMail({ world, days }: Lived): number {
  return Array.from({ length: days }, (_, day) => trafficOn(world, day))
    .flat()
    .filter((flow) => flow.origin !== 'spoofer')
    .reduce((sum, flow) => sum + flow.messages, 0);
}

describe('a domain about which nobody reports any more', () => {
  it.each<readonly [number, LadderName]>([
    [1, 'gradual'],
    [2, 'gradual'],
    [3, 'rfc9989'],
  ])('seed %i, on ladder %s: holds, and moves neither way', (seed, ladder) => {
    const run = live('reports-stop', seed, 110, ladder);
    const silent = run.replayed.holds.find((it) => it.reason === 'silent');
    expect(silent?.to, 'the hold stands').toBeNull();
    const since = ((silent?.from ?? 0) - startOfDay(run.world.start)) / DAY_MS;
    expect(since).toBeLessThanOrEqual((run.world.reportsStopOn ?? 0) + 7);
    expect(run.published.filter(({ day }) => day >= since)).toEqual([]);
    expect(run.replayed.verdict).toMatchObject({ kind: 'inconclusive', stepBackTo: null });
    expect(hurt(run)).toBe(0);
  });
});
