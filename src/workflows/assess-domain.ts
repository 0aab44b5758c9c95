import type { Assessment, DailyCount } from '../core/evidence/assessment.js';
import { CellPile } from '../core/evidence/cell-pile.js';
import type { Clock } from '../ports/clock.js';
import type { Evidence } from '../core/evidence/assess.js';
import { isTakenIn } from '../core/evidence/intake.js';
import type { EvidenceStore } from '../ports/evidence-store.js';
import type { RolloutStore } from '../ports/rollout-store.js';
import { addDays, dayOf } from '../core/instant.js';
import { dailyCounts } from '../core/evidence/daily-counts.js';
import { assessRungInFull } from '../core/rollout/decide.js';

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
    if (stored === null) return null;
    return assessRungInFull(stored.rollout, await this.evidenceOf(domain), this.clock.now());
  }

  /** The same, with the daily counts of all days that the evidence knows. Null: not enrolled. */
  async withDays(
    domain: string,
  ): Promise<{ readonly assessment: Assessment; readonly days: readonly DailyCount[] } | null> {
    const stored = await this.rollouts.find(domain);
    if (stored === null) return null;
    const evidence = await this.evidenceOf(domain);
    const assessment = assessRungInFull(stored.rollout, evidence, this.clock.now());
    return { assessment, days: dailyCounts(evidence, domain, assessment) };
  }

  /** Whether reports are taken in just now, about whatever domain: the evidence may be half of what there is. */
  async isTakingIn(): Promise<boolean> {
    return isTakenIn(await this.evidence.intakes(), this.clock.now());
  }

  /** All that counts about a domain. */
  async evidenceOf(domain: string): Promise<Evidence> {
    const from = addDays(dayOf(this.clock.now()), -HISTORY_DAYS);
    const [cells, arrivals, decisions, lastReportAt] = await Promise.all([
      this.evidence.cells(domain, from),
      this.evidence.arrivals(domain, from),
      this.rollouts.sourceDecisions(domain),
      this.evidence.lastReportAt(domain),
    ]);
    return { cells: new CellPile(domain, cells, arrivals), decisions, lastReportAt };
  }
}
