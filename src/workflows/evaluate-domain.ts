import type { Verdict } from '../core/rollout/verdict.js';

/** Observe, assess, decide, store; wakes the workflow that the decision asks for. Null: not enrolled. */
export class EvaluateDomain {
  async run(_domain: string): Promise<Verdict | null> {
    throw new Error('being written');
  }
}
