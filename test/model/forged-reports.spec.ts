import { NONE, NOW, REJECT, aRollout, observed } from '../builders/rollout.js';
import { aCell, aFailingCell, anEvidence, daysFrom, everyDay } from '../builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/evidence/cell.js';
import { HOUR_MS } from '../../src/core/instant.js';
import type { Rollout } from '../../src/core/rollout/rollout.js';
import type { Verdict } from '../../src/core/rollout/verdict.js';
import { decide } from '../../src/core/rollout/decide.js';

const days = daysFrom('2026-01-10', '2026-03-12');
const HONEST = ['google.com', 'big.example', 'small.example'];
const GOOD = everyDay(days, { messages: 60 }, HONEST);
const BOTTOM = aRollout();
const TOP = aRollout({ rung: 6, record: REJECT });

function verdictOn(rollout: Rollout, ...cells: readonly (readonly Cell[])[]): Verdict {
  const evidence = anEvidence(cells.flat(), { lastReportAt: NOW - HOUR_MS });
  return decide({ rollout, evidence, observed: observed(rollout.record ?? NONE), now: NOW }).verdict;
}

/** What one stranger says of his own: good words on the last days, however many. */
function goodWords(count: number, messages: number): readonly Cell[] {
  return everyDay(days.slice(-count), { messages }, ['liar.example']);
}

describe('one stranger who reports as himself', () => {
  // Two of sixty break on the way at each receiver: more than usual, and nothing.
  const noise = HONEST.map((reporter) => aCell({ day: '2026-03-12', reporter, messages: 60, passed: 58 }));
  const noisy = [...everyDay(days.slice(0, -1), { messages: 60 }, HONEST), ...noise];
  const bad = aFailingCell({ day: '2026-03-12', reporter: 'liar.example', messages: 90_000 });

  it('takes nothing back by what he says fails, where all others see it pass', () => {
    expect(verdictOn(TOP, GOOD, [bad])).toMatchObject({ kind: 'pass', stepBackTo: null });
  });

  it('… nor where the others see the noise of transit', () => {
    expect(verdictOn(TOP, noisy).stepBackTo).toBeNull();
    expect(verdictOn(TOP, noisy, [bad]).stepBackTo).toBeNull();
  });

  it('makes no sender up while he has no standing', () => {
    const sham = days.slice(-20).map((day) => sender(day, 'liar.example'));
    expect(verdictOn(BOTTOM, GOOD, goodWords(6, 5), sham).kind).toBe('pass');
  });

  it('a patient one can hold the domain, by name, until a person settles the source', () => {
    const sham = days.slice(-20).map((day) => sender(day, 'liar.example'));
    const verdict = verdictOn(BOTTOM, GOOD, goodWords(20, 5), sham);
    expect(verdict).toMatchObject({ kind: 'fail', stepBackTo: null });
    expect(verdict.why).toContain('unknown-sources');
  });

  it('hides no broken vendor of a small domain behind good words', () => {
    const own = everyDay(days, { messages: 10 }, HONEST);
    const vendor = days
      .filter((_day, at) => at % 2 === 0)
      .map((day, at) =>
        aCell({ ...VENDOR, day, reporter: 'google.com', messages: 3, passed: at % 2 === 0 ? 2 : 1 }),
      );
    expect(verdictOn(BOTTOM, own, vendor).kind).toBe('fail');
    expect(verdictOn(BOTTOM, own, vendor, goodWords(days.length, 1000)).kind).toBe('fail');
  });

  it('does not become a habit that is missed', () => {
    const stopped = everyDay(days.slice(-26, -6), { messages: 5000 }, ['liar.example']);
    expect(verdictOn(BOTTOM, GOOD, stopped).kind).toBe('pass');
  });
});

describe('abuse from the neighbourhood', () => {
  it('of three hosts of yours is not yours', () => {
    const pool = [1, 2, 3].flatMap((host) =>
      everyDay(days, { messages: 20, ip: `198.51.100.${host}` }, HONEST),
    );
    const abuse = everyDay(days.slice(-4), { ip: '198.51.100.200', messages: 500, passed: 0 }, HONEST);
    expect(verdictOn(TOP, pool).stepBackTo).toBeNull();
    expect(verdictOn(TOP, pool, abuse).stepBackTo).toBeNull();
  });
});

describe('a domain that sends nothing', () => {
  it('goes up though all that is ever reported is abuse', () => {
    const abuse = days.flatMap((day, at) =>
      HONEST.map((reporter) => aFailingCell({ day, reporter, ip: `203.0.${at}.9`, messages: 40 })),
    );
    expect(verdictOn(BOTTOM, abuse)).toMatchObject({ kind: 'pass', next: { rung: 1, sp: null } });
  });
});

const VENDOR = { ip: '198.51.100.7', authenticatedAs: 'vendor.example' };

function sender(day: string, reporter: string): Cell {
  return aFailingCell({ day, reporter, ip: '203.0.113.9', authenticatedAs: 'new.example', messages: 50 });
}
