import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundReport } from './backtest-crew.js';
import { GatheredReports } from './gathered-reports.js';
import { packCells } from './packed-cells.js';

function found(patch: Partial<FoundReport> = {}): FoundReport {
  return {
    domain: 'example.org',
    key: 'reporter.example r-1 1 2',
    reporter: 'reporter.example',
    arrivedAt: 1000,
    messages: 10,
    file: 0,
    place: 0,
    cells: packCells([]),
    ...patch,
  };
}

const NOTHING = { mails: 0, falseClaims: 0, withoutReport: 0 };

function gathered(reports: readonly FoundReport[]): GatheredReports {
  const all = new GatheredReports();
  for (const report of reports) all.add({ reports: [report], leftOut: NOTHING });
  return all;
}

describe('gathered reports', () => {
  it.each<[string, readonly FoundReport[], Partial<FoundReport>]>([
    [
      'the same twice counts once, as of its first arrival',
      [found({ arrivedAt: 2000 }), found({ file: 1 })],
      { arrivedAt: 1000, file: 0 },
    ],
    [
      'of siblings the largest counts',
      [found(), found({ file: 1, messages: 11 })],
      { messages: 11, file: 1 },
    ],
    [
      'as of when the first arrived',
      [found(), found({ file: 1, messages: 11, arrivedAt: 9000 })],
      { messages: 11, arrivedAt: 1000 },
    ],
    ['in one file the first of equal ones', [found({ place: 1 }), found({ place: 0 })], { place: 0 }],
  ])('%s', (_title, reports, expected) => {
    expect(gathered(reports).of('example.org')).toEqual([expect.objectContaining(expected)]);
  });

  it('with another key are none of these', () => {
    const all = gathered([
      found(),
      found({ key: 'reporter.example r-2 1 2' }),
      found({ domain: 'example.net' }),
    ]);
    expect(all.domains).toEqual(['example.net', 'example.org']);
    expect(all.of('example.org')).toHaveLength(2);
    expect(all.of('example.com')).toEqual([]);
  });

  it('are the same whatever order they come in', () => {
    const report = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      arrivedAt: fc.nat(3),
      messages: fc.nat(3),
    });
    const shuffled = fc.array(report, { maxLength: 12 }).chain((reports) => {
      const placed = reports.map((it, index) => found({ ...it, file: index >> 1, place: index % 2 }));
      return fc.tuple(fc.constant(placed), fc.shuffledSubarray(placed, { minLength: placed.length }));
    });
    const same = fc.property(shuffled, ([inOrder, outOfOrder]) => {
      const [one, other] = [gathered(inOrder), gathered(outOfOrder)];
      expect(other.of('example.org')).toEqual(one.of('example.org'));
      expect(other.lastArrival).toBe(one.lastArrival);
    });
    expect(() => fc.assert(same)).not.toThrow();
  });

  it('add up what was left out', () => {
    const all = new GatheredReports();
    all.add({ reports: [], leftOut: { mails: 1, falseClaims: 2, withoutReport: 3 } });
    all.add({ reports: [], leftOut: { mails: 10, falseClaims: 20, withoutReport: 30 } });
    expect(all.leftOut).toEqual({ mails: 11, falseClaims: 22, withoutReport: 33 });
    expect(all.lastArrival).toBe(0);
  });
});
