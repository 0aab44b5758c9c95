import { aCell, aFailingCell, daysFrom } from '../../../test/builders/evidence.js';
import { describe, expect, it } from 'vitest';
import type { Cell } from './cell.js';
import { CellPile } from './cell-pile.js';
import { movedSources } from './moved-sources.js';

const ID = 'domain:vendor.example';
const IP = '198.51.100.7';

/** Mail of a vendor that authenticates only as itself. */
function asItself(first: string, last: string, patch: Partial<Cell> = {}): readonly Cell[] {
  return daysFrom(first, last).map((day) =>
    aFailingCell({ day, ip: IP, authenticatedAs: 'vendor.example', ...patch }),
  );
}

function aligned(first: string, last: string, patch: Partial<Cell> = {}): readonly Cell[] {
  return daysFrom(first, last).map((day) => aCell({ day, ip: IP, ...patch }));
}

function moved(...cells: readonly (readonly Cell[])[]): string | undefined {
  const { groups, histories } = new CellPile('shop.example', cells.flat()).counted();
  return movedSources(groups, histories).get(ID);
}

describe('movedSources', () => {
  it.each([
    [6, undefined],
    [7, '2026-03-07'],
    [20, '2026-03-07'],
  ])('a sender that leaves its old identity behind is fixed after %i days: %s', (days, expected) => {
    const last = `2026-03-${String(days).padStart(2, '0')}`;
    expect(moved(asItself('2026-02-01', '2026-02-28'), aligned('2026-03-01', last))).toBe(expected);
  });

  it('its addresses must have sent nearly all of what failed', () => {
    const elsewhere = asItself('2026-02-01', '2026-02-28', { ip: '198.51.100.99', messages: 20 });
    expect(
      moved(asItself('2026-02-01', '2026-02-28'), elsewhere, aligned('2026-03-01', '2026-03-20')),
    ).toBeUndefined();
  });

  it('an address that always passed proves nothing: it is shared', () => {
    const shared = aligned('2026-01-20', '2026-03-20');
    expect(moved(asItself('2026-02-01', '2026-02-28'), shared)).toBeUndefined();
  });

  it('mail that still fails keeps it failing', () => {
    expect(moved(asItself('2026-02-01', '2026-03-20'), aligned('2026-03-01', '2026-03-20'))).toBeUndefined();
  });

  it('forwarded passes prove nothing about the address', () => {
    const relayed = aligned('2026-03-01', '2026-03-20', { forwarded: 100 });
    expect(moved(asItself('2026-02-01', '2026-02-28'), relayed)).toBeUndefined();
  });

  it('silence is no proof', () => {
    expect(moved(asItself('2026-02-01', '2026-02-28'))).toBeUndefined();
  });
});
