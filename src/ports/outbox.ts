import type { Instant } from '../core/instant.js';
import type { Notice } from '../core/rollout/audit.js';

/** One notice on its way to one channel. */
export interface Dispatch {
  readonly id: string;
  readonly channel: string;
  readonly notice: Notice;
  /** Tries so far. */
  readonly attempts: number;
}

/** Notices that RolloutStore stored with their transition, one row per channel. */
export abstract class Outbox {
  /** Takes what is due for itself for a minute, so that two workers never send the same one. */
  abstract claim(now: Instant, limit: number): Promise<readonly Dispatch[]>;
  abstract markDelivered(id: string, at: Instant): Promise<void>;
  /** `nextAt` null: given up, kept for a person to see. */
  abstract markFailed(id: string, error: string, nextAt: Instant | null): Promise<void>;
}
