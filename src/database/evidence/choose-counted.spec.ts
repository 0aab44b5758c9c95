import { describe, expect, it } from 'vitest';
import { chooseCounted, type Sibling } from './choose-counted.js';

function aSibling(id: string, changes: Partial<Sibling> = {}): Sibling {
  return {
    id,
    contentHash: id,
    records: 1,
    messages: 10,
    day: '2026-11-21',
    receivedAt: 0,
    hasCounted: false,
    hasRows: true,
    arrival: null,
    authenticated: true,
    vouchedBy: null,
    counts: false,
    ...changes,
  };
}

describe('of siblings there counts', () => {
  it.each<{ name: string; siblings: readonly Sibling[]; counts: string | null }>([
    { name: 'none of none', siblings: [], counts: null },
    {
      name: 'none that is not authenticated',
      siblings: [aSibling('a', { authenticated: false })],
      counts: null,
    },
    {
      name: 'the largest that is authenticated',
      siblings: [
        aSibling('a', { messages: 20 }),
        aSibling('b', { messages: 30 }),
        aSibling('c', { messages: 99, authenticated: false }),
      ],
      counts: 'b',
    },
    { name: 'the first of equals', siblings: [aSibling('a'), aSibling('b')], counts: 'a' },
    {
      name: 'the one of equals that has counted before',
      siblings: [aSibling('a'), aSibling('b', { hasCounted: true }), aSibling('c')],
      counts: 'b',
    },
    {
      name: 'the one that has counted, once its rows are forgotten',
      siblings: [aSibling('a', { hasCounted: true, hasRows: false }), aSibling('b', { messages: 99 })],
      counts: 'a',
    },
    {
      name: 'none that began to be believed after its rows were forgotten',
      siblings: [aSibling('a', { hasRows: false })],
      counts: null,
    },
  ])('$name', ({ siblings, counts }) => {
    chooseCounted(siblings);
    const counted = siblings.filter((sibling) => sibling.counts).map((sibling) => sibling.id);
    expect(counted).toEqual(counts === null ? [] : [counts]);
  });
});
