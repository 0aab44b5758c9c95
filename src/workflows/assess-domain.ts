import type { Assessment } from '../core/evidence/assessment.js';
import type { Clock } from '../ports/clock.js';
import type { EvidenceStore } from '../ports/evidence-store.js';
import type { Rollout } from '../core/rollout/rollout.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import { addDays, dayOf } from '../core/instant.js';
import { assess } from '../core/evidence/assess.js';

/** How far back the evidence is read: a yearly sender is still remembered as broken. */
const HISTORY_DAYS = 400;

/** Reads the evidence and says what it means, without deciding or writing anything. */
export class AssessDomain {
  constructor(
    private readonly rollouts: RolloutStore,
    private readonly evidence: EvidenceStore,
    private readonly clock: Clock,
  ) {}

  /** Null: not enrolled. */
  async run(domain: string): Promise<Assessment | null> {
    const stored = await this.rollouts.find(domain);
    return stored === null ? null : this.assess(stored.rollout);
  }

  async assess(rollout: Rollout): Promise<Assessment> {
    const now = this.clock.now();
    const [cells, decisions, lastReportAt] = await Promise.all([
      this.evidence.cells(rollout.domain, addDays(dayOf(now), -HISTORY_DAYS)),
      this.rollouts.sourceDecisions(rollout.domain),
      this.evidence.lastReportAt(rollout.domain),
    ]);
    return assess({
      cells,
      decisions,
      lastReportAt,
      windowStart: rollout.windowStart ?? rollout.enrolledAt,
      now,
    });
  }
}
