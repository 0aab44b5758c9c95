import timers from 'node:timers/promises';

/** Waits that many milliseconds. Throws the reason of an abort. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await timers.setTimeout(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
