import type { ReportLimits } from './limits.js';
import { PLACES, type Place } from './report-places.js';
import { NO_VALUE, type Value } from './read-value.js';

const NO_VALUES: readonly (Value | null)[] = PLACES.map(() => null);

/** The values of the parts that are read now, each at its place. */
export class PartValues {
  // A copy, and none made anew: V8 gives arrays that `map` makes different shapes once it has optimized that.
  private readonly values: (Value | null)[] = NO_VALUES.slice();

  constructor(private readonly limits: Pick<ReportLimits, 'textLength'>) {}

  has(place: Place): boolean {
    return this.values[place.index] !== null;
  }

  set(place: Place, value: Value): void {
    this.values[place.index] = value;
  }

  /** Forgets all that lies below a place. */
  clear(place: Place): void {
    for (const index of place.below) this.values[index] = null;
  }

  /** Empty where there is none. Throws a RangeError when it is longer than any value of the schema can be. */
  at(place: Place): Value {
    const value = this.values[place.index] ?? NO_VALUE;
    if (value.whole.length <= this.limits.textLength) return value;
    throw new RangeError(`${place.name} is longer than ${this.limits.textLength} characters`);
  }

  /** What people are to read, cut where it is too long; null for an empty text. */
  remarkAt(place: Place): string | null {
    const value = this.values[place.index] ?? NO_VALUE;
    const { textLength } = this.limits;
    const text = value.whole.length > textLength ? value.whole.slice(0, textLength).trim() : value.text;
    return text === '' ? null : text;
  }
}

/** The text in lower case; null when there is none. */
export function lowerOrNull({ lower }: Value): string | null {
  return lower === '' ? null : lower;
}
