import { describe, expect, it } from 'vitest';
import { FetchSetbacks } from './fetch-setbacks.js';

const KEYS = Array.from({ length: 250 }, (_, index) => `7/${index}`);

describe('after setbacks', () => {
  it('fewer are asked for, down to one, and more again after a success', () => {
    const setbacks = new FetchSetbacks(() => 0);
    const asked = [setbacks.mails()];
    for (let time = 0; time < 2; time += 1) {
      setbacks.failed(KEYS.slice(0, setbacks.mails()));
      asked.push(setbacks.mails());
    }
    expect(asked).toEqual([250, 15, 1]);
    setbacks.gave(1, 1);
    expect(setbacks.mails()).toBe(8);
    for (let time = 0; time < 6; time += 1) setbacks.gave(setbacks.mails(), setbacks.mails());
    expect(setbacks.mails()).toBe(250);
  });

  it('twice as many as fitted are asked for; few that were all that waited change nothing', () => {
    const setbacks = new FetchSetbacks(() => 0);
    setbacks.gave(3, 3);
    expect(setbacks.mails()).toBe(250);
    setbacks.gave(40, 250);
    expect(setbacks.mails()).toBe(80);
  });

  it('a single mail that fails twice in a row rests for an hour', () => {
    const clock = { now: 0 };
    const setbacks = new FetchSetbacks(() => clock.now);
    setbacks.failed(['7/1']);
    expect(setbacks.isResting('7/1')).toBe(false);
    setbacks.gave(1, 1);
    setbacks.failed(['7/1']);
    setbacks.failed(['7/1']);
    expect(setbacks.isResting('7/1')).toBe(true);
    expect(setbacks.isResting('7/2')).toBe(false);
    clock.now = 3_600_000;
    expect(setbacks.isResting('7/1')).toBe(false);
  });
});
