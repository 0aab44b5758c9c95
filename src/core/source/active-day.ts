import type { Day } from '../instant.js';

/** What one source did on one day, over all reporters. Messages. */
export interface ActiveDay {
  readonly day: Day;
  readonly messages: number;
  readonly passed: number;
  readonly forwarded: number;
}

/** A day counts as bad when more than this share of the source's mail failed: below it is the noise of broken transit. */
export const NOISE = 0.02;

export function isBadDay(day: ActiveDay): boolean {
  return day.messages - day.passed > day.messages * NOISE;
}
