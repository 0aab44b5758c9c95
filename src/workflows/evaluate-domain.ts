import type { AssessDomain } from './assess-domain.js';
import type { Clock } from '../ports/clock.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { Verdict } from '../core/rollout/verdict.js';
import type { WakeUp } from '../ports/wake-up.js';
import { placeOf } from '../core/rollout/record-place.js';
import { observeRecord } from './observe-record.js';
import { decide } from '../core/rollout/decide.js';

/** Observe, assess, decide, store; wakes the workflow that the decision asks for. */
export class EvaluateDomain {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly assessDomain: AssessDomain,
    private readonly observer: RecordObserver,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
  ) {}

  /** Null: not enrolled. Throws StaleRolloutError when another process decided meanwhile: run again. */
  async run(domain: string): Promise<Verdict | null> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return null;
    const { rollout } = stored;

    const [observed, evidence] = await Promise.all([
      observeRecord(this.observer, placeOf(rollout)),
      this.assessDomain.evidenceOf(domain),
    ]);
    const decision = decide({
      rollout,
      evidence,
      observed,
      now: this.clock.now(),
    });

    await this.rollouts.save({ fromVersion: rollout.version, ...decision });
    if (decision.next !== null) await this.wakeUp.wake({ workflow: decision.next, domain });
    if (decision.notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
    return decision.verdict;
  }
}
