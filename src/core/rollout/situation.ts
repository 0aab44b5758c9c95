import type { CheckRecord } from '../checks/check-outcome.js';
import type { Evidence } from '../evidence/assess.js';
import type { Instant } from '../instant.js';
import type { Observation } from './observation.js';
import type { Rollout } from './rollout.js';

/** All that a decision stands on. */
export interface Situation {
  readonly rollout: Rollout;
  readonly evidence: Evidence;
  readonly observed: Observation;
  /** What the DNS checks found; without them they hold nothing, as in a backtest. */
  readonly checks?: CheckRecord;
  readonly now: Instant;
}
