import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of 19: whoever stores, answers or verifies meanwhile gets most of a core that both want. */
const NICENESS = 10;

/**
 * Lets all other threads and processes go first from now on, for the rest of this thread. Only Linux knows a thread's
 * own priority (setpriority(2), "C library/kernel differences"); elsewhere nothing changes.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    // pid/task/tid
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (Number.isInteger(thread)) setPriority(thread, NICENESS);
  } catch {
    // Without /proc, or where it is forbidden, it is one among equals.
  }
}
