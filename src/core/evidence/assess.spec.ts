import { addDays, startOfDay } from '../instant.js';
import { aCell, aFailingCell, anEvidence, daysFrom, everyDay } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { AssessedSource, Assessment } from './assessment.js';
import type { Cell } from './cell.js';
import type { Evidence } from './assess.js';
import { assess } from './assess.js';

const START = startOfDay('2026-03-01') - 3 * 3_600_000; // the window's first day is 2026-03-01
const NOW = startOfDay('2026-04-01');
const VENDOR = { authenticatedAs: 'vendor.example', ip: '198.51.100.7' };

const march = daysFrom('2026-03-01', '2026-03-31');
const healthy = everyDay(daysFrom('2026-02-01', '2026-03-31'));

function assessed(evidence: Evidence, windowStart = START, now = NOW): Assessment {
  return assess(evidence, { domain: 'shop.example', windowStart, now });
}

function sourceOf(cells: readonly Cell[], id: string): AssessedSource | undefined {
  return assessed(anEvidence(cells)).sources.find((it) => it.id === id);
}

const HOST = 'host:192.0.2.0/24';

describe('the window', () => {
  it.each([
    ['2026-02-28T00:00:00Z', '2026-03-01'],
    ['2026-02-28T21:59:59Z', '2026-03-01'],
    ['2026-02-28T22:00:00Z', '2026-03-02'], // a report that begins then is put to March 1, and would overlap
    ['2026-03-01T12:00:00Z', '2026-03-02'],
  ])('a change effective at %s is judged by the days from %s on', (effective, from) => {
    expect(assessed(anEvidence(healthy), Date.parse(effective), NOW).from).toBe(from);
  });

  it('counts closed days and what legitimate mail came in them', () => {
    const { closedDays, closedThrough, legitimate, legitimatePerWeek } = assessed(
      anEvidence(healthy),
      START,
      startOfDay('2026-03-15'),
    );
    expect([closedDays, closedThrough]).toEqual([14, '2026-03-14']);
    expect(legitimate).toBe(14 * 200);
    expect(legitimatePerWeek).toBe(1400);
  });

  it('is empty when nothing has closed yet', () => {
    const { closedDays, legitimatePerWeek } = assessed(anEvidence([]), NOW, NOW);
    expect([closedDays, legitimatePerWeek]).toEqual([0, 0]);
  });

  it('what claims to be about a day that has not begun does not count', () => {
    const future = [
      aFailingCell({ day: '2099-01-01' }),
      aCell({ day: '2099-01-02', ip: '203.0.113.4', authenticatedAs: null, messages: 9999 }),
    ];
    expect(assessed(anEvidence([...healthy, ...future], { lastReportAt: NOW }), START, NOW)).toEqual(
      assessed(anEvidence(healthy, { lastReportAt: NOW }), START, NOW),
    );
  });
});

describe('a source is judged by its own latest activity', () => {
  const broken = everyDay(daysFrom('2026-02-01', '2026-03-05'), { ...VENDOR, passed: 0 });

  it.each([
    [6, 'failing'],
    [7, 'fixed'],
  ])('what failed counts until it has passed on %i active days: %s', (days, state) => {
    const since = everyDay(daysFrom('2026-03-06', addDays('2026-03-05', days)), VENDOR);
    expect(sourceOf([...healthy, ...broken, ...since], 'domain:vendor.example')?.state).toBe(state);
  });

  it('active days need not follow on one another', () => {
    const mondays = march.filter((_day, at) => at % 4 === 0 && at >= 5);
    const since = everyDay([...mondays, '2026-03-30'], VENDOR);
    expect(sourceOf([...healthy, ...broken, ...since], 'domain:vendor.example')?.state).toBe('fixed');
  });

  it('once fixed, only what came after the failing counts', () => {
    const since = everyDay(daysFrom('2026-03-06', '2026-03-31'), VENDOR);
    expect(sourceOf([...healthy, ...broken, ...since], 'domain:vendor.example')).toMatchObject({
      state: 'fixed',
      messages: 26 * 200,
      passed: 26 * 200,
      failingPerWeek: 0,
      lastFailing: '2026-03-05',
    });
  });

  it('a broken source stays broken while it is silent, at the rate it last had', () => {
    const once = everyDay(daysFrom('2026-01-25', '2026-02-07'), { ...VENDOR, messages: 70, passed: 0 });
    const long = everyDay(daysFrom('2025-10-01', '2026-03-31'));
    expect(sourceOf([...long, ...once], 'domain:vendor.example')).toMatchObject({
      state: 'failing',
      messages: 0,
      failingPerWeek: 980,
      lastSeen: '2026-02-07',
    });
  });

  it('a few messages broken on the way are no broken source', () => {
    const states = [98, 97, 94].map((passed) => {
      return sourceOf(everyDay(march, { messages: 100, passed }), HOST);
    });
    expect(states.map((it) => it?.state)).toEqual(['clean', 'clean', 'failing']);
    expect(states[1]?.passRateAtLeast, 'but that it hurts nobody is not proven').toBeLessThan(0.99);
  });

  it('a source that was not there in the window is unproven', () => {
    const before = everyDay(daysFrom('2026-02-01', '2026-02-20'));
    expect(sourceOf([...before, ...everyDay(march, VENDOR)], HOST)?.state).toBe('unproven');
  });

  it('a sender that leaves its old identity behind when it is aligned is fixed', () => {
    const asItself = everyDay(daysFrom('2026-02-01', '2026-03-05'), { ...VENDOR, passed: 0 });
    const aligned = everyDay(daysFrom('2026-03-06', '2026-03-31'), { ...VENDOR, authenticatedAs: null });
    expect(sourceOf([...healthy, ...asItself, ...aligned], 'domain:vendor.example')?.state).toBe('fixed');
  });
});

describe('hostile mail', () => {
  const abuse = march.flatMap((day, at) =>
    [1, 2, 3].map((host) =>
      aFailingCell({
        day,
        reporter: at % 3 === 0 ? 'abused.example' : 'small.example',
        ip: `203.0.${at}.${host}`,
        messages: 5000,
      }),
    ),
  );

  it('changes nothing about anybody else', () => {
    const now = startOfDay('2026-03-31') + 9 * 3_600_000;
    const cells = [
      ...everyDay(daysFrom('2026-02-01', '2026-03-29')),
      ...everyDay(march.slice(0, 20), { ...VENDOR, passed: 0 }),
    ];
    const seen = assessed(anEvidence(cells, { lastReportAt: now }), START, now);
    const abused = assessed(anEvidence([...cells, ...abuse], { lastReportAt: now }), START, now);
    const others = abused.sources.filter((it) => it.class !== 'hostile');
    expect({ ...abused, sources: others }).toEqual(seen);
  });
});

describe("a person's word", () => {
  it('counts the latest one', () => {
    const cells = everyDay(march, { ...VENDOR, passed: 0 });
    const word = { source: 'domain:vendor.example', note: '', by: 'ann' };
    const decisions = [
      { ...word, class: 'hostile', at: 2 },
      { ...word, class: 'authorized', at: 1 },
    ] as const;
    const { sources } = assessed(anEvidence(cells, { decisions }), START, NOW);
    expect(sources[0]).toMatchObject({ class: 'hostile', settledBy: 'ann', failingPerWeek: 0 });
  });
});
