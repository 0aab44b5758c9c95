import { addDays, dayOf } from '../../src/core/instant.js';
import type { Cell } from '../../src/core/evidence/cell.js';
import type { Decision } from '../../src/core/rollout/decide.js';
import type { LittleWorld } from './little-world.js';
import { FAIR } from './little-world.js';
import { aCell, aFailingCell } from '../builders/evidence.js';
import { decide } from '../../src/core/rollout/decide.js';
import { expect } from 'vitest';

const FORGER = 'forger.example';

/** I10: the same decision with hostile mail, or with one stranger's reports, added to all that is known. */
export function checkHostile(world: LittleWorld, at: number): void {
  if (world.cells.length === 0) return; // there it is news: somebody reports
  const before = decideWith(world, []);
  expectSame(before, decideWith(world, abuse(world.now)), 'I10: hostile mail changes nothing');
  if (!hasUsualReporter(world)) return;
  const [title, claims] = CLAIMS[at % CLAIMS.length] ?? ['nothing', () => []];
  expectSame(
    before,
    decideWith(world, claims(world.now)),
    `I10: a stranger who claims ${title} changes nothing`,
  );
}

/** A stranger's word, as it stays: once said, the domain lives on with it. */
export function checkClaim(world: LittleWorld, word: string): void {
  if (world.cells.length === 0) return;
  const before = decideWith(world, []);
  const make = word === 'good' ? aCell : aFailingCell;
  const claims = [make({ day: addDays(dayOf(world.now), -1), reporter: FORGER, messages: 90_000 })];
  if (hasUsualReporter(world) && daysOf(world, FORGER) < MOST_FORGED_DAYS) {
    expectSame(before, decideWith(world, claims), `I10: 90,000 ${word} ones by one stranger's word`);
  }
  world.claim(claims);
}

/** One who goes on claiming for longer is no stranger any more. */
const MOST_FORGED_DAYS = 6;

/** Somebody has a standing: in the first week all are strangers. */
function hasUsualReporter(world: LittleWorld): boolean {
  return FAIR.reporters.some((reporter) => daysOf(world, reporter) > 8);
}

/** The days about which a reporter has told of mail that passed. */
function daysOf(world: LittleWorld, reporter: string): number {
  return new Set(world.cells.filter((it) => it.passed > 0 && it.reporter === reporter).map(({ day }) => day))
    .size;
}

/** A report that comes a second time changes nothing. */
export function checkRepeat(world: LittleWorld): void {
  const before = decideWith(world, []);
  world.repeat();
  expectSame(before, decideWith(world, []), 'a report that comes twice changes nothing');
}

function decideWith(world: LittleWorld, more: readonly Cell[]): Decision {
  const { now, rollout } = world;
  return decide({ rollout, evidence: world.evidence(more), observed: world.observe(), now });
}

function expectSame(before: Decision, after: Decision, title: string): void {
  expect(essence(after), `${title} (${before.verdict.why} → ${after.verdict.why})`).toEqual(essence(before));
}

function essence({ rollout, verdict }: Decision): unknown {
  const change = rollout.change && { ...rollout.change, cause: '' };
  return { kind: verdict.kind, stepBackTo: verdict.stepBackTo, change };
}

function abuse(now: number): readonly Cell[] {
  return [1, 2, 3, 17, 40].flatMap((back) =>
    ['big.example', 'abused.example'].map((reporter, at) =>
      aFailingCell({
        day: addDays(dayOf(now), -back),
        reporter,
        ip: `203.0.${back}.${at}`,
        messages: 4000 * back,
      }),
    ),
  );
}

const VENDOR = { ip: '198.51.100.7', authenticatedAs: 'vendor.example' };
const NEWS = { ip: '198.51.100.50', headerFrom: 'news.shop.example' };

/** What one stranger says, days back from now. He has no standing: six days of good ones give none. */
const CLAIMS: readonly (readonly [string, (now: number) => readonly Cell[]])[] = [
  ['90,000 good ones', says([1], { messages: 90_000 })],
  ['a few good ones', says([1, 2, 3], { messages: 60 })],
  ['good ones for six days', says(back(6), { messages: 60 })],
  ['good ones of a vendor', says(back(6), { ...VENDOR, messages: 900 })],
  ['90,000 bad ones', says([1], { messages: 90_000, passed: 0 })],
  ['bad ones for weeks', says(back(30), { messages: 900, passed: 0 })],
  ['bad ones of a vendor', says(back(30), { ...VENDOR, messages: 900, passed: 0 })],
  ['bad ones of a subdomain', says(back(30), { ...NEWS, messages: 900, passed: 0 })],
  [
    'bad ones of a new sender',
    says(back(30), { ip: '203.0.113.77', authenticatedAs: 'new.example', messages: 900, passed: 0 }),
  ],
  ['bad ones of a network', says(back(30), { ip: '203.0.113.77', messages: 900, passed: 0 })],
];

function back(days: number): readonly number[] {
  return Array.from({ length: days }, (_, at) => at + 1);
}

function says(days: readonly number[], patch: Partial<Cell>): (now: number) => readonly Cell[] {
  return (now) =>
    days.map((ago) => aCell({ day: addDays(dayOf(now), -ago), reporter: 'liar.example', ...patch }));
}
