import type { Assessment } from '../evidence/assessment.js';
import type { Instant } from '../instant.js';
import type { Observation } from './observation.js';
import type { Rollout } from './rollout.js';

/** All that a decision stands on. */
export interface Situation {
  readonly rollout: Rollout;
  readonly assessment: Assessment;
  readonly observed: Observation;
  readonly now: Instant;
}
