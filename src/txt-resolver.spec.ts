import { describe, expect, it } from 'vitest';
import { askedLately } from './txt-resolver.js';

describe('keys that are asked for again and again', () => {
  it('are looked up once in five minutes, all at the same time too; failures each time', async () => {
    const asked: string[] = [];
    let now = 0;
    const resolve = askedLately(
      async (name) => {
        asked.push(name);
        if (name === 'broken') throw new Error('no answer');
        return [[`${name} ${asked.length}`]];
      },
      () => now,
    );
    expect(await Promise.all([resolve('a'), resolve('a'), resolve('b')])).toEqual([
      [['a 1']],
      [['a 1']],
      [['b 2']],
    ]);
    now += 4 * 60_000;
    expect(await resolve('a')).toEqual([['a 1']]);
    now += 60_000;
    expect(await resolve('a')).toEqual([['a 3']]);
    await expect(resolve('broken')).rejects.toThrow('no answer');
    await expect(resolve('broken')).rejects.toThrow('no answer');
    expect(asked).toEqual(['a', 'b', 'a', 'broken', 'broken']);
  });

  it('remembers a thousand names at most', async () => {
    let asked = 0;
    const resolve = askedLately(async () => [[String((asked += 1))]]);
    for (let index = 0; index <= 1000; index += 1) await resolve(`n${index}`);
    await resolve('n1000');
    expect(asked).toBe(1001);
    await resolve('n0');
    expect(asked).toBe(1002);
  });
});
