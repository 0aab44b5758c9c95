import { beforeEach, describe, expect, it } from 'vitest';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { askAgain } from './ask-again.js';

describe('askAgain', () => {
  let pauses: readonly number[];

  beforeEach(() => {
    pauses = skipPauses();
  });

  /** Outcomes one after the other, which say themselves how long the API is busy; gives the last one. */
  async function asked(...outcomes: (number | 'unnamed' | null)[]): Promise<number | 'unnamed' | null> {
    const { signal } = new AbortController();
    return askAgain(
      async () => outcomes.shift() ?? null,
      (outcome) => outcome,
      signal,
    );
  }

  it('asks once where nothing is in the way', async () => {
    expect(await asked(null)).toBeNull();
    expect(pauses).toEqual([]);
  });

  it('waits as it is told, at most twice', async () => {
    expect(await asked(3000, 1000, 2000, null)).toBe(2000);
    expect(pauses).toEqual([3000, 1000]);
  });

  it('waits between half a second and two seconds where it is not told', async () => {
    expect(await asked('unnamed', null)).toBeNull();
    expect(pauses).toHaveLength(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(500);
    expect(pauses[0]).toBeLessThanOrEqual(2000);
  });

  it('leaves a longer wait to whoever asked', async () => {
    expect(await asked(6000, null)).toBe(6000);
    expect(pauses).toEqual([]);
  });
});
