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
    const { change } = await saveDraft(this.rollouts, draft);
    // Put back on its way up: it is decided again. On its way down it is what would be written now.
    if (change?.stage === 'planned') await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    if (change?.stage === 'approved' && draft.notices.length === 0) return this.run(domain);
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}
