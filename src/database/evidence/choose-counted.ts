import { hash } from 'node:crypto';
import type { Day, Instant } from '../../core/instant.js';
import type { IncomingReport, StoredAs } from '../../ports/evidence-store.js';
import type { PackedRows } from './packed-rows.js';

/** Reports of one key. */
export interface Family {
  readonly domain: string;
  readonly reporter: string;
  readonly siblings: Siblings;
}

/** By content, in the order in which they came. Of very many, those are left out that can change nothing. */
export type Siblings = Map<Sibling['contentHash'], Sibling>;

/** What must be known of a report to say which of its siblings counts. */
export interface Sibling {
  readonly id: string;
  readonly contentHash: string;
  readonly records: number;
  readonly messages: number;
  /** Null: it stays out of the daily numbers. */
  readonly day: Day | null;
  readonly receivedAt: Instant;
  /** Before it was touched; false for one that is not stored yet. */
  readonly hasCounted: boolean;
  /** False when its rows were forgotten: what it adds to the daily numbers can't be told any more. */
  readonly hasRows: boolean;
  /** Null when it is stored already. */
  readonly arrival: ArrivedReport | null;
  authenticated: boolean;
  /** The report that now came from one who can be believed. */
  vouchedBy: IncomingReport | null;
  counts: boolean;
}

/** A report that a batch brings. */
export interface ArrivedReport {
  readonly incoming: IncomingReport;
  readonly rows: PackedRows;
  /** Place of its mail in the batch. */
  readonly mail: number;
  readonly receivedAt: Instant;
}

export interface Decided {
  readonly id: string;
  readonly storedAs: StoredAs;
}

/** Identity of a report (RFC 7489 7.2.1.1 leaves uniqueness to the reporter): equal for siblings. */
export function reportKey({ reporter, head }: IncomingReport): string {
  const parts = [reporter, head.policy.domain, head.reportId, head.begin, head.end];
  return hash('sha256', JSON.stringify(parts));
}

/**
 * Takes in one report beside those of the same key, and adds it to them when it is new. The same content again changes
 * nothing, unless it came unauthenticated first and now from a sender who can be believed.
 */
export function takeIn(siblings: Siblings, arrived: ArrivedReport): Decided {
  const { contentHash, authenticity, totals } = arrived.incoming;
  const { authenticated } = authenticity;
  const same = siblings.get(contentHash);
  if (same !== undefined && (same.authenticated || !authenticated))
    return { id: same.id, storedAs: 'duplicate' };
  const others = siblings.size - (same === undefined ? 0 : 1);
  const storedAs = others > 0 ? 'sibling' : 'new';
  if (same !== undefined) {
    same.authenticated = true;
    same.vouchedBy = arrived.incoming;
    return { id: same.id, storedAs };
  }
  const id = arrived.rows.reportId;
  siblings.set(contentHash, {
    id,
    contentHash,
    records: totals.records,
    messages: totals.messages,
    day: arrived.rows.day,
    receivedAt: arrived.receivedAt,
    hasCounted: false,
    hasRows: true,
    arrival: arrived,
    authenticated,
    vouchedBy: null,
    counts: false,
  });
  return { id, storedAs };
}

/**
 * Of siblings the largest authenticated one counts, and of the same size the one that came first; they are never
 * summed. One whose rows are forgotten neither begins nor ceases to count: its numbers could not be told.
 */
export function chooseCounted(siblings: Siblings): void {
  const all = [...siblings.values()];
  const settled = all.find((sibling) => sibling.hasCounted && !sibling.hasRows);
  const candidates = all.filter((sibling) => sibling.authenticated && sibling.hasRows);
  const chosen = settled ?? candidates.reduce<Sibling | null>(larger, null);
  for (const sibling of all) sibling.counts = sibling === chosen;
}

function larger(best: Sibling | null, next: Sibling): Sibling {
  if (best === null || next.messages > best.messages) return next;
  return next.messages === best.messages && next.hasCounted ? next : best;
}
