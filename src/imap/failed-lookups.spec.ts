import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailedLookups } from './failed-lookups.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('look-ups that failed', () => {
  it('are remembered for a minute', () => {
    const failed = new FailedLookups();
    failed.add('a.example');
    expect([failed.has('a.example'), failed.has('b.example')]).toEqual([true, false]);
    vi.advanceTimersByTime(59_000);
    expect(failed.has('a.example')).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(failed.has('a.example')).toBe(false);
  });

  it('are not remembered for longer while nobody asks again', () => {
    const failed = new FailedLookups();
    failed.add('a.example');
    vi.advanceTimersByTime(50_000);
    failed.add('a.example');
    vi.advanceTimersByTime(10_000);
    expect(failed.has('a.example')).toBe(false);
    failed.add('a.example');
    expect(failed.has('a.example')).toBe(true);
  });

  it('are forgotten, the oldest first, when there are too many', () => {
    const failed = new FailedLookups();
    for (let index = 0; index <= 1000; index += 1) failed.add(`${index}.example`);
    expect([failed.has('0.example'), failed.has('1.example'), failed.has('1000.example')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
