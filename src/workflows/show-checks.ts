import type { Finding } from '../core/checks/finding.js';
import type { StoredCheck } from '../core/checks/stored-check.js';
import { placeOf, placeWith } from '../core/rollout/record-place.js';
import type { RecordObserver } from '../ports/record-observer.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import type { WakeUp } from '../ports/wake-up.js';
import type { AssessDomain } from './assess-domain.js';
import type { CheckDomain } from './check-domain.js';
import { observeRecord } from './observe-record.js';

/** What the DNS checks found, for people. */
export class ShowChecks {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly assess: AssessDomain,
    private readonly observer: RecordObserver,
    private readonly checks: CheckDomain,
    private readonly wakeUp: WakeUp,
  ) {}

  /** The latest check; a domain without one, enrolled or not, is looked at as it stands, which takes seconds. */
  async latest(domain: string): Promise<StoredCheck> {
    const { latest } = await this.checks.recordOf(domain);
    if (latest !== null) return latest;
    const stored = await this.rollouts.find(domain);
    const place = stored === null ? placeWith(domain, {}) : placeOf(stored.rollout);
    return this.checks.look(domain, await observeRecord(this.observer, place));
  }

  /** Newest first; none of a domain that was never enrolled. */
  history(domain: string, limit: number): Promise<readonly StoredCheck[]> {
    return this.checks.history(domain, limit);
  }

  /** What the latest check found; nothing, where none was made. Looks nothing up. */
  async known(domain: string): Promise<readonly Finding[]> {
    const { latest } = await this.checks.recordOf(domain);
    return latest?.findings ?? [];
  }

  /** Checks now, and lets the domain be decided on anew. Null: not enrolled. */
  async again(domain: string): Promise<StoredCheck | null> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return null;
    const { rollout } = stored;
    const [assessment, evidence, observed] = await Promise.all([
      this.assess.run(domain),
      this.assess.evidenceOf(domain),
      observeRecord(this.observer, placeOf(rollout)),
    ]);
    const sources = assessment?.sources ?? [];
    const { latest } = await this.checks.run({ rollout, evidence, observed, sources });
    await this.wakeUp.wake({ workflow: 'evaluate-domain', domain });
    return latest;
  }
}
