import { describe, expect, it } from 'vitest';
import { allPages } from './all-pages.js';

describe('allPages', () => {
  it('follows pages to the last, empty ones too', async () => {
    const pages = [[1, 2], [], [3]];
    const items = await allPages(0, async (at) => ({
      items: pages[at] ?? [],
      next: at + 1 < pages.length ? at + 1 : null,
    }));
    expect(items).toEqual([1, 2, 3]);
  });

  it('gives up on a list that never ends', async () => {
    await expect(allPages(1, async () => ({ items: [1], next: 1 }))).rejects.toMatchObject({
      fault: { kind: 'malformed' },
    });
  });
});
