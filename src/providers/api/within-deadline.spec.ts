import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.js';
import { withinDeadline } from './within-deadline.js';

const { signal } = new AbortController();

describe('withinDeadline', () => {
  it('gives what the work gives, or throws', async () => {
    expect(await withinDeadline(signal, 1000, async () => 1)).toBe(1);
    const reason = new Error('no');
    await expect(withinDeadline(signal, 1000, () => Promise.reject(reason))).rejects.toBe(reason);
  });

  it('ends the work, whatever is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 20);
    const seen: unknown[] = [];
    const work = withinDeadline(signal, 150, async (deadline) => {
      deadline.addEventListener('abort', () => seen.push(deadline.reason));
      await untilAborted(new Promise(() => {}), deadline);
    });
    await expect(work).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
    expect(seen).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
    clearInterval(collecting);
  });

  it('ends it with the signal that it is given, by the same reason', async () => {
    const reason = new Error('enough');
    const leaving = new AbortController();
    const work = withinDeadline(
      leaving.signal,
      60_000,
      (deadline) =>
        new Promise((_resolve, reject) => {
          deadline.addEventListener('abort', () => reject(deadline.reason as Error));
        }),
    );
    leaving.abort(reason);
    await expect(work).rejects.toBe(reason);
    await expect(withinDeadline(leaving.signal, 1, async () => 1)).rejects.toBe(reason);
  });
});
