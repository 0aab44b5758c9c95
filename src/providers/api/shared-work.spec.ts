import { describe, expect, it } from 'vitest';
import { SharedWork } from './shared-work.js';

describe('SharedWork', () => {
  const { signal } = new AbortController();

  it('is done once for all who wait for it, and anew for who comes later', async () => {
    const shared = new SharedWork<number>();
    let done = 0;
    const work = async () => (done += 1);
    expect(await Promise.all([shared.result(work, signal), shared.result(work, signal)])).toEqual([1, 1]);
    expect(await shared.result(work, signal)).toBe(2);
  });

  it('fails for all who wait for it, and is tried anew', async () => {
    const shared = new SharedWork<number>();
    const failing = () => Promise.reject(new Error('no'));
    const outcomes = await Promise.allSettled([
      shared.result(failing, signal),
      shared.result(failing, signal),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await shared.result(async () => 7, signal)).toBe(7);
  });

  it('goes on for the others when one gives up', async () => {
    const shared = new SharedWork<number>();
    const impatient = new AbortController();
    let finish = (_result: number): void => undefined;
    const work = () => new Promise<number>((resolve) => (finish = resolve));
    const given = shared.result(work, impatient.signal);
    const other = shared.result(work, signal);
    const reason = new Error('enough');
    impatient.abort(reason);
    await expect(given).rejects.toBe(reason);
    finish(3);
    expect(await other).toBe(3);
    await expect(shared.result(work, impatient.signal)).rejects.toBe(reason);
  });
});
