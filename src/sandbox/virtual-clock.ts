import { Clock } from '../ports/clock.js';
import type { Instant } from '../core/instant.js';

/** A clock that stands still until it is turned. It never runs backwards. */
export class VirtualClock extends Clock {
  constructor(private at: Instant) {
    super();
  }

  override now(): Instant {
    return this.at;
  }

  /** Throws a RangeError for an instant before `now()`. */
  advanceTo(at: Instant): void {
    if (at < this.at) throw new RangeError('time does not run backwards');
    this.at = at;
  }
}
