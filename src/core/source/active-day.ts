import type { Day } from '../instant.js';
import { wilsonLower } from '../evidence/wilson.js';

/** What one source did on one day, over all reporters. Messages. */
export interface ActiveDay {
  readonly day: Day;
  readonly messages: number;
  readonly passed: number;
  readonly forwarded: number;
}

/** Below this share of failing mail lies the noise of broken transit. */
export const NOISE = 0.02;

/** A day counts as bad when the share of the source's mail that failed is beyond the noise, with 95 % confidence. */
export function isBadDay({ messages, passed }: ActiveDay): boolean {
  const failing = messages - passed;
  return failing > messages * NOISE && wilsonLower(failing, messages) > NOISE;
}
