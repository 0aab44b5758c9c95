import { addDays } from '../instant.js';
import { aCell, aFailingCell, daysFrom, trustOf } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../evidence/cell.js';
import type { SourceHistory } from './source-history.js';
import { sourceHistory } from './source-history.js';
import type { Throwaways } from './visits.js';
import { steadyDays, throwaways } from './visits.js';

const TODAY = '2026-03-31';
const OLD = daysFrom('2026-01-10', '2026-01-12');

function visit(days: readonly string[], patch: Partial<Cell> = {}): readonly Cell[] {
  return days.map((day) => aFailingCell({ day, reporter: 'google.com', ...patch }));
}

function historiesOf(sources: Readonly<Record<string, readonly Cell[]>>): ReadonlyMap<string, SourceHistory> {
  return new Map(Object.entries(sources).map(([id, cells]) => [id, sourceHistory(cells, trustOf(cells))]));
}

function seen(sources: Readonly<Record<string, readonly Cell[]>>): Throwaways | null {
  return throwaways(historiesOf(sources), TODAY);
}

const TWO = { 'domain:one.example': visit(OLD), 'domain:two.example': visit(OLD.slice(0, 1)) };

describe('throwaways', () => {
  it.each<readonly [string, string, readonly Cell[], Throwaways | null]>([
    ['three make a habit', 'domain:three.example', visit(OLD), { seen: 3, longestVisit: 3 }],
    [
      'for mail of a subdomain too',
      'domain:x.example@news.shop.example',
      visit(OLD),
      { seen: 3, longestVisit: 3 },
    ],
    [
      'the longest visit counts',
      'domain:three.example',
      visit(daysFrom('2026-01-01', '2026-01-10')),
      { seen: 3, longestVisit: 10 },
    ],
    ['eleven days are no visit', 'domain:three.example', visit(daysFrom('2026-01-01', '2026-01-11')), null],
    ['a mailbox provider is anybody', 'domain:gmail.com', visit(OLD), { seen: 3, longestVisit: 3 }],
    [
      'who left 40 days ago is gone',
      'domain:three.example',
      visit(['2026-02-19']),
      { seen: 3, longestVisit: 3 },
    ],
    ['who left 39 days ago may come back', 'domain:three.example', visit(['2026-02-20']), null],
    ['a well-known service is none', 'domain:sendgrid.net', visit(OLD), null],
    ['a network is none', 'net:203.0.113.0/24', visit(OLD), null],
    ['who has passed as you is none', 'domain:three.example', [aCell({ day: '2026-01-10' })], null],
  ])('%s', (_title, id, cells, expected) => {
    expect(seen({ ...TWO, [id]: cells })).toEqual(expected);
  });

  it('two are no habit', () => {
    expect(seen(TWO)).toBeNull();
  });
});

describe('the days after which a network that is nobody looks like a sender', () => {
  /** Networks that were there from 1 January on, each for so many days. */
  function after(...lengths: readonly number[]): number {
    const sources = lengths.map((length, at) => {
      const days = daysFrom('2026-01-01', addDays('2026-01-01', length - 1));
      return [`net:203.0.${at}.0/24`, visit(days)] as const;
    });
    return steadyDays(historiesOf(Object.fromEntries(sources)), TODAY);
  }

  it.each([
    ['two weeks, where none came and went', [], 14],
    ['two weeks, where two did: that is no habit', [12, 12], 14],
    ['more than twice as long as three have stayed', [12, 12, 12], 25],
    ['the third longest counts', [20, 13, 10, 3], 21],
    ['no longer than the first soak', [20, 20, 20], 29],
    ['what stayed longer than that was no visit', [29, 29, 29], 14],
  ])('%s', (_title, lengths, days) => {
    expect(after(...lengths)).toBe(days);
  });

  it('who was there a week ago is not gone yet, and who was seldom there did not stay', () => {
    const recent = daysFrom('2026-03-13', '2026-03-25');
    const sparse = ['2026-01-01', '2026-01-12'];
    for (const days of [recent, sparse]) {
      const sources = [0, 1, 2].map((at) => [`net:203.0.${at}.0/24`, visit(days)] as const);
      expect(steadyDays(historiesOf(Object.fromEntries(sources)), TODAY)).toBe(14);
    }
  });
});
