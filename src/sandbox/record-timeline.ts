import type { Instant } from '../core/instant.js';

/** What stood at one name in DNS, and since when. */
export interface Stood {
  readonly since: Instant;
  readonly text: string | null;
}

/** What stood in DNS at which time, for receivers that look back on a day. */
export class RecordTimeline {
  private readonly stretches = new Map<string, Stood[]>();

  /** True when the text differs from what stood before. */
  note(domain: string, text: string | null, at: Instant): boolean {
    const known = this.stretches.get(domain) ?? [];
    if (known.length > 0 && known.at(-1)?.text === text) return false;
    this.stretches.set(domain, [...known, { since: at, text }]);
    return true;
  }

  /** The text at an instant; before the first note, the first. */
  at(domain: string, at: Instant): string | null {
    const known = this.stretches.get(domain) ?? [];
    return (known.findLast((stretch) => stretch.since <= at) ?? known[0])?.text ?? null;
  }

  of(domain: string): readonly Stood[] {
    return this.stretches.get(domain) ?? [];
  }
}
