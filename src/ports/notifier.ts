import type { Notice } from '../core/rollout/audit.js';

/** Carries notices to people. */
export abstract class Notifier {
  abstract channels(): readonly string[];
  /** Throws when the channel did not take it. */
  abstract deliver(channel: string, notice: Notice, dispatchId: string): Promise<void>;
}
