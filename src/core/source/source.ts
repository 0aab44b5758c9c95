import type { Instant } from '../instant.js';

/** What a Domain Owner would call a sender; DESIGN section 5 says how each class is told. */
export const SOURCE_CLASSES = ['authorized', 'forwarder', 'unknown', 'hostile'] as const;
export type SourceClass = (typeof SOURCE_CLASSES)[number];

/** Stable over time: `domain:sendgrid.net` for one that authenticates as itself, `ip:192.0.2.1` or `net:192.0.2.0/24`. */
export type SourceId = string;

/** A person's word on a source. It settles the class for good. */
export interface SourceDecision {
  readonly source: SourceId;
  readonly class: 'authorized' | 'hostile';
  readonly note: string;
  readonly by: string;
  readonly at: Instant;
}
