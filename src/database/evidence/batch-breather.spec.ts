import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchBreather } from './batch-breather.js';

describe('the items of a batch', () => {
  let now = 0;
  let turnsOfOthers = 0;
  let ticking: NodeJS.Immediate;

  beforeEach(() => {
    now = 0;
    turnsOfOthers = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    ticking = setImmediate(tick);
  });

  afterEach(() => {
    clearImmediate(ticking);
    vi.restoreAllMocks();
  });

  function tick(): void {
    turnsOfOthers += 1;
    ticking = setImmediate(tick);
  }

  /** Each takes so long, by the clock. */
  async function work(
    breather: BatchBreather,
    items: readonly string[],
    milliseconds: number,
  ): Promise<void> {
    const done: string[] = [];
    await breather.each(items, (item, place) => {
      now += milliseconds;
      done[place] = item;
    });
    expect(done).toEqual(items);
  }

  const MANY = Array.from({ length: 40 }, (_, index) => `item ${index}`);

  it('are done one after the other, and others have their turn between them', async () => {
    await work(new BatchBreather(), MANY, 5);
    expect(turnsOfOthers).toBeGreaterThanOrEqual(15);
  });

  it('are done at once when that is quick', async () => {
    await work(new BatchBreather(), MANY, 0.1);
    expect(turnsOfOthers).toBe(0);
  });

  it('let others have their turn between many short steps, too', async () => {
    const breather = new BatchBreather();
    for (const item of MANY) await work(breather, [item], 5);
    expect(turnsOfOthers).toBeGreaterThanOrEqual(15);
  });
});
