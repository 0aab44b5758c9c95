import type { Clock } from '../ports/clock.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { nextWorkflow } from '../core/rollout/decide.js';

const BATCH = 500;

/** Finds all that is due and wakes it: the queue may lose everything at any time. */
export class Sweep {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    for (const domain of await this.rollouts.due(this.clock.now(), BATCH)) {
      const stored = await this.rollouts.find(domain);
      const next = stored === null ? null : nextWorkflow(stored.rollout);
      if (next !== null) await this.wakeUp.wake({ workflow: next, domain });
      await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    }
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}
