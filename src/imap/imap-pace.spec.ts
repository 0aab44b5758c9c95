import { describe, expect, it } from 'vitest';
import { ImapPace } from './imap-pace.js';

function pace(random = 0.5) {
  const clock = { now: 0 };
  return { clock, pace: new ImapPace({ now: () => clock.now, random: () => random }) };
}

describe('the pace of failing connections', () => {
  it('doubles the pause with each failure, up to a quarter of an hour', () => {
    const { clock, pace: it } = pace();
    const pauses = Array.from({ length: 12 }, () => {
      it.failed('connection');
      const pause = it.remaining();
      clock.now += pause;
      return pause / 1000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  });

  it('begins with a longer pause where nothing mends by itself', () => {
    const { pace: it } = pace();
    it.failed('authentication');
    expect(it.remaining()).toBe(15_000);
  });

  it.each([
    [0, 750],
    [0.999, 1249.5],
  ])('spreads the pauses: %d', (random, expected) => {
    const { pace: it } = pace(random);
    it.failed('server');
    expect(it.remaining()).toBeCloseTo(expected);
  });

  it('begins anew after a success', () => {
    const { pace: it } = pace();
    it.failed('connection');
    it.failed('connection');
    it.succeeded();
    expect(it.remaining()).toBe(0);
    it.failed('connection');
    expect(it.remaining()).toBe(1000);
  });
});
