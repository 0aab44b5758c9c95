import { beforeEach, describe, expect, it } from 'vitest';
import { skipPauses } from '../../../test/lab/skip-pauses.js';
import { pause } from './pause.js';
import { Remembered } from './remembered.js';

const { signal } = new AbortController();

describe('Remembered', () => {
  let remembered: Remembered<number>;
  let asked: number;

  beforeEach(() => {
    skipPauses();
    remembered = new Remembered();
    asked = 0;
  });

  const get = (key = 'a', during = signal) => remembered.get(key, async () => (asked += 1), during);

  it('asks once a key, for five minutes', async () => {
    expect([await get(), await get(), await get('b')]).toEqual([1, 1, 2]);
    await pause(299_000, signal);
    expect(await get()).toBe(1);
    await pause(2000, signal);
    expect(await get()).toBe(3);
  });

  it('gives up with the reason of the abort even what it knows', async () => {
    await get();
    const reason = new Error('enough');
    await expect(get('a', AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('forgets', async () => {
    await get();
    remembered.forget();
    expect(remembered.peek('a')).toBeUndefined();
    expect(await get()).toBe(2);
    expect(remembered.peek('a')).toBe(2);
  });
});
