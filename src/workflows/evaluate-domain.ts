import type { AssessDomain } from './assess-domain.js';
import type { Clock } from '../ports/clock.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { Verdict } from '../core/rollout/verdict.js';
import type { WakeUp } from '../ports/wake-up.js';
import { placeOf } from '../core/rollout/record-place.js';
import { observeRecord } from './observe-record.js';
import { isCheckDue } from '../core/checks/check-outcome.js';
import { decide, type Decision } from '../core/rollout/decide.js';
import type { Situation } from '../core/rollout/situation.js';
import type { CheckDomain } from './check-domain.js';

/** Observe, assess, check, decide, store; wakes the workflow that the decision asks for. */
export class EvaluateDomain {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly assessDomain: AssessDomain,
    private readonly observer: RecordObserver,
    private readonly wakeUp: WakeUp,
    private readonly clock: Clock,
    /** Left out: the DNS checks hold nothing. */
    private readonly checks?: Pick<CheckDomain, 'recordOf' | 'run'>,
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
    const decision = await this.decide({ rollout, evidence, observed, now: this.clock.now() });

    await this.rollouts.save({ fromVersion: rollout.version, ...decision });
    if (decision.next !== null) await this.wakeUp.wake({ workflow: decision.next, domain });
    if (decision.notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
    return decision.verdict;
  }

  /** The DNS checks are made anew once a day and before each strengthening. */
  private async decide(situation: Situation): Promise<Decision> {
    if (this.checks === undefined) return decide(situation);
    const known = await this.checks.recordOf(situation.rollout.domain);
    const decision = decide({ ...situation, checks: known });
    const before = situation.rollout.change;
    const { change } = decision.rollout;
    if (change?.direction === 'weaken') return decision; // at once: look-ups may take seconds
    const isAboutToStrengthen = change?.direction === 'strengthen' && change.id !== before?.id;
    if (!isCheckDue(known, { isAboutToStrengthen, now: situation.now })) return decision;
    const { sources } = decision.assessment;
    return decide({ ...situation, checks: await this.checks.run({ ...situation, sources }) });
  }
}
