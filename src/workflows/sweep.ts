import type { Clock } from '../ports/clock.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';

const BATCH = 500;

/** Finds all that is due and has it decided, which wakes what is open: the queue may lose everything at any time. */
export class Sweep {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    for (const domain of await this.rollouts.due(this.clock.now(), BATCH))
      await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}
