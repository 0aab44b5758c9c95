import timers from 'node:timers/promises';
import { vi } from 'vitest';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How often the event loop turns without a request on its way before nobody is taken to be busy. */
const IDLE_TURNS = 4;

/**
 * The clock of the pauses of API clients (`performance.now`), which jumps to the end of the next pause whenever nothing
 * else goes on: hours of waiting, of many at once and in their right order, take no time. Requests are real.
 */
export class VirtualTime {
  private skipped = 0;
  private requests = 0;
  private readonly sleepers = new Set<Sleeper>();

  constructor() {
    vi.restoreAllMocks();
    const passed = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => passed() + this.skipped);
    vi.spyOn(timers, 'setTimeout').mockImplementation(async (ms = 0, value, options) => {
      await this.sleep(ms, options?.signal);
      return value;
    });
    const send = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
      this.requests += 1;
      try {
        return await send(...request);
      } finally {
        this.requests -= 1;
      }
    });
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const done = (end: () => void) => () => {
        this.sleepers.delete(sleeper);
        signal?.removeEventListener('abort', stop);
        end();
      };
      const stop = done(() => reject(signal?.reason as Error));
      const sleeper = { at: performance.now() + ms, wake: done(resolve) };
      signal?.addEventListener('abort', stop);
      this.sleepers.add(sleeper);
    });
  }

  /** Lets the time run until the work is done. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    const over = work.then(
      () => true,
      () => true,
    );
    for (let idle = 0; ;) {
      const turn = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
      if (await Promise.race([over, turn])) return work;
      idle = this.requests > 0 ? 0 : idle + 1;
      if (idle < IDLE_TURNS) continue;
      idle = 0;
      this.wakeNext();
    }
  }

  private wakeNext(): void {
    const [next] = [...this.sleepers].toSorted((one, other) => one.at - other.at);
    if (next === undefined) return;
    this.skipped += Math.max(0, next.at - performance.now());
    next.wake();
  }
}
