import type { Clock } from '../ports/clock.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import { recordObservation, verifyAgainIn } from '../core/rollout/verify-change.js';
import { placeOf } from '../core/rollout/record-place.js';
import { observeRecord } from './observe-record.js';
import { saveDraft } from './save-draft.js';

/** Asks all servers that are to be asked whether the change stands there. */
export class VerifyChange {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly observer: RecordObserver,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  async run(domain: string): Promise<void> {
    const stored = await this.rollouts.find(domain);
    if (stored?.rollout.change?.stage !== 'written') return;
    const observed = await observeRecord(this.observer, placeOf(stored.rollout));
    const draft = recordObservation(stored.rollout, observed, this.clock.now());
    if (draft.audit.length === 0) {
      await this.wakeUp.wake(
        { workflow: 'verify-change', domain },
        { delayMs: verifyAgainIn(stored.rollout, this.clock.now()) },
      );
      return;
    }
    const { change } = await saveDraft(this.rollouts, draft);
    // What stands is ours again after a restore, and may have to be taken back.
    if (change?.stage === 'verified') await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    await this.wakeUp.wake({ workflow: 'deliver-notifications' });
  }
}
