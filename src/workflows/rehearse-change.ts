import type { Clock } from '../ports/clock.js';
import { rehearse } from '../core/rollout/rehearse.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { saveDraft } from './save-draft.js';

/** Stands in for ApplyChange in a dry run: everything happens but the write, and people are told once what it would be. */
export class RehearseChange {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  async run(domain: string): Promise<void> {
    const stored = await this.rollouts.find(domain);
    const draft = stored === null ? null : rehearse(stored.rollout, this.clock.now());
    if (draft === null) return;
    await saveDraft(this.rollouts, draft);
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}
