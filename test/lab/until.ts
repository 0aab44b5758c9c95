import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true; throws with `what` when it does not come within so many ms. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await sleep(20);
  }
}
