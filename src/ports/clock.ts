import type { Instant } from '../core/instant.js';

/** Where time comes from; the sandbox turns its own. */
export abstract class Clock {
  abstract now(): Instant;
}
