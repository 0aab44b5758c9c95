import timers from 'node:timers/promises';
import { vi } from 'vitest';

/** Milliseconds that were skipped so far, of which the clock knows. */
let skipped = 0;

/**
 * From now on the pauses of API clients end at once, and the clock that they go by runs on as if they had lasted. Gives
 * the list to which each pause is added, in milliseconds.
 */
export function skipPauses(): readonly number[] {
  vi.restoreAllMocks();
  const pauses: number[] = [];
  const passed = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => passed() + skipped);
  vi.spyOn(timers, 'setTimeout').mockImplementation(async (ms = 0, value, options) => {
    options?.signal?.throwIfAborted();
    skipped += ms;
    pauses.push(ms);
    return value;
  });
  return pauses;
}
