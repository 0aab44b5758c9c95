import { describe, expect, it } from 'vitest';
import { describeSetback, FetchSetbacks } from './fetch-setbacks.js';

const KEYS = Array.from({ length: 250 }, (_, index) => `7/${index}`);
const NOW = Date.UTC(2026, 10, 22, 15);

describe('after setbacks', () => {
  it('fewer are asked for, down to one, and more again after a success', () => {
    const setbacks = new FetchSetbacks(() => NOW);
    const asked = [setbacks.mails()];
    for (let time = 0; time < 2; time += 1) {
      setbacks.failed(KEYS.slice(0, setbacks.mails()), 'gone');
      asked.push(setbacks.mails());
    }
    expect(asked).toEqual([250, 15, 1]);
    setbacks.gave(['7/1'], 1);
    expect(setbacks.mails()).toBe(8);
    for (let time = 0; time < 6; time += 1) setbacks.gave(KEYS.slice(0, setbacks.mails()), setbacks.mails());
    expect(setbacks.mails()).toBe(250);
  });

  it('twice as many as fitted are asked for; few that were all that waited change nothing', () => {
    const setbacks = new FetchSetbacks(() => NOW);
    setbacks.gave(KEYS.slice(0, 3), 3);
    expect(setbacks.mails()).toBe(250);
    setbacks.gave(KEYS.slice(0, 40), 250);
    expect(setbacks.mails()).toBe(80);
  });

  it('a single mail that fails twice in a row rests for an hour, and says so', () => {
    const clock = { now: NOW };
    const setbacks = new FetchSetbacks(() => clock.now);
    expect(setbacks.failed(['7/1'], 'gone')).toBeNull();
    expect(setbacks.isResting('7/1')).toBe(false);
    setbacks.gave(['7/1'], 1);
    expect(setbacks.failed(['7/1'], 'gone')).toBeNull();
    expect(setbacks.describe((key) => key)).toBeNull();
    const setback = setbacks.failed(['7/1'], 'gone again');
    expect(setback).toEqual({ times: 2, why: 'gone again', until: NOW + 3_600_000 });
    expect(setbacks.isResting('7/1')).toBe(true);
    expect(setbacks.isResting('7/2')).toBe(false);
    const words =
      'mail 7/1 could not be fetched, 2 times so far (gone again); it is left alone, and tried again at 2026-11-22 16:00 UTC';
    expect(describeSetback('mail 7/1', setback!)).toBe(words);
    expect(setbacks.describe((key) => `mail ${key}`)).toBe(words);
    clock.now += 3_600_000;
    expect(setbacks.isResting('7/1')).toBe(false);
    expect(setbacks.describe((key) => key)).toBeNull();
  });

  it('counts on after the rest, until the mail comes', () => {
    const clock = { now: NOW };
    const setbacks = new FetchSetbacks(() => clock.now);
    for (const times of [1, 2, 3]) {
      const setback = setbacks.failed(['7/1'], 'gone');
      expect(setback?.times ?? 1).toBe(times);
      clock.now += 3_600_000;
    }
    setbacks.gave(['7/1', '7/2'], 2);
    expect(setbacks.failed(['7/1'], 'gone')).toBeNull();
  });

  it('names a few, and counts the others', () => {
    const setbacks = new FetchSetbacks(() => NOW);
    for (const key of KEYS.slice(0, 8))
      for (let time = 0; time < 2; time += 1) setbacks.failed([key], 'gone');
    expect(setbacks.describe((key) => key)?.split('; 7/').length).toBe(5);
    expect(setbacks.describe((key) => key)).toMatch(/; 3 more mails rest too$/);
  });
});
