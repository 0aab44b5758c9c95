import type { Instant } from '../core/instant.js';

/** `2026-11-22T08:00:00.000Z`. */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString();
}

/** The same, and null for null. */
export function isoTimeOrNull(at: Instant | null): string | null {
  return at === null ? null : isoTime(at);
}
