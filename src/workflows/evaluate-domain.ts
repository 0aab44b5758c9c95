import type { AssessDomain } from './assess-domain.js';
import type { Clock } from '../ports/clock.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import { MINUTE_MS, type Instant } from '../core/instant.js';
import type { Verdict } from '../core/rollout/verdict.js';
import type { WakeUp } from '../ports/wake-up.js';
import { placeOf } from '../core/rollout/record-place.js';
import { observeRecord } from './observe-record.js';
import { nextCheckAt, type CheckRecord } from '../core/checks/check-outcome.js';
import { decide, nextWorkflow, type Decision } from '../core/rollout/decide.js';
import type { Rollout } from '../core/rollout/rollout.js';
import { hasHold } from '../core/rollout/draft.js';
import type { Situation } from '../core/rollout/situation.js';
import type { CheckDomain } from './check-domain.js';

/** How long to wait for reports that are being taken in, before it is decided anew. */
const TAKEN_IN_MS = MINUTE_MS;

/**
 * Observe, assess, check, decide, store; wakes the workflow that the decision asks for. While reports are taken in nothing
 * is planned that would strengthen: it is decided again once they are all there.
 */
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
    const decision = await this.situationOf(rollout)
      .then((situation) => this.decide(situation))
      .catch(async (error: unknown) => {
        // What is open doesn't depend on whether anything can be decided.
        await this.wakeNext(rollout, nextWorkflow(rollout));
        throw error;
      });
    if (plansStrengthening(rollout, decision.rollout) && (await this.assessDomain.isTakingIn())) {
      await this.wakeUp.wake({ workflow: 'evaluate-domain', domain }, { delayMs: TAKEN_IN_MS });
      return decision.verdict;
    }
    await this.rollouts.save({ fromVersion: rollout.version, ...decision });
    await this.wakeNext(rollout, decision.next);
    if (decision.notices.length > 0) await this.wakeUp.wake({ workflow: 'deliver-notifications' });
    return decision.verdict;
  }

  private async situationOf(rollout: Rollout): Promise<Situation> {
    const [observed, evidence] = await Promise.all([
      observeRecord(this.observer, placeOf(rollout)),
      this.assessDomain.evidenceOf(rollout.domain),
    ]);
    return { rollout, evidence, observed, now: this.clock.now() };
  }

  private async wakeNext({ domain }: Rollout, next: Decision['next']): Promise<void> {
    if (next !== null) await this.wakeUp.wake({ workflow: next, domain });
  }

  /** The DNS checks are made anew once a day and before each strengthening, and when they are due it is decided anew. */
  private async decide(situation: Situation): Promise<Decision> {
    if (this.checks === undefined) return decide(situation);
    const known = await this.checks.recordOf(situation.rollout.domain);
    const decision = decide({ ...situation, checks: known });
    if (decision.rollout.change?.direction === 'weaken') return decision; // at once: look-ups may take seconds
    const checkAt = nextCheck(decision, known);
    if (situation.now < checkAt) return { ...decision, dueAt: Math.min(decision.dueAt, checkAt) };
    const { sources } = decision.assessment;
    const checks = await this.checks.run({ ...situation, sources });
    const anew = decide({ ...situation, checks });
    return { ...anew, dueAt: Math.min(anew.dueAt, nextCheck(anew, checks)) };
  }
}

/** When the next check is due: at once where none was made. */
function nextCheck({ rollout }: Decision, { latest }: CheckRecord): Instant {
  if (latest === null) return 0;
  const isHeld = hasHold(rollout, 'failing-check');
  return nextCheckAt(latest, { isHeld, isAboutToStrengthen: isAboutToStrengthen(rollout) });
}

/** By this decision, not by an earlier one, nor by a person. */
function plansStrengthening(before: Rollout, { change }: Rollout): boolean {
  if (change === null || change.byHand) return false;
  return change.direction === 'strengthen' && change.id !== before.change?.id;
}

/** It may be written any minute, and days after it was planned: by a person's approval, or when a window opens. */
function isAboutToStrengthen({ change }: Rollout): boolean {
  return change?.direction === 'strengthen' && (change.stage === 'planned' || change.stage === 'approved');
}
