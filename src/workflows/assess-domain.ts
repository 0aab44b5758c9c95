import type { Assessment } from '../core/evidence/assessment.js';

/** Reads the evidence and says what it means, without deciding or writing anything. Null: not enrolled. */
export class AssessDomain {
  async run(_domain: string): Promise<Assessment | null> {
    throw new Error('being written');
  }
}
