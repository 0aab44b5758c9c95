import { MOST_REASONS } from './limits.js';
import type { DroppedRow, ReportHead, ReportTotals } from './report.js';
import type { ReportGathering } from './report-gathering.js';

/** What came of reading a report. */
export type ReadEnd =
  | {
      /** `partial`: some rows were dropped. */
      readonly status: 'accepted' | 'partial';
      readonly head: ReportHead;
      readonly totals: ReportTotals;
      readonly dropped: number;
      /** The first 100 of them. */
      readonly firstDropped: readonly DroppedRow[];
    }
  | { readonly status: 'rejected'; readonly reason: string };

export function rejected(reason: string): ReadEnd {
  return { status: 'rejected', reason };
}

/** What was gathered, which has a head; `loss`: why there was more than could be read. */
export function endOf(gathering: ReportGathering, head: ReportHead, loss: string | null): ReadEnd {
  const { totals, dropped, firstDropped } = gathering;
  const status = dropped === 0 ? 'accepted' : 'partial';
  const end: ReadEnd = { status, head, totals, dropped, firstDropped };
  return loss === null ? end : withLoss(end, loss);
}

/** The same end, but partial: one more was dropped for the reason, since nobody knows how many those were. */
export function withLoss(end: ReadEnd, reason: string): ReadEnd {
  if (end.status === 'rejected') return end;
  const row = end.totals.records + end.dropped + 1;
  const firstDropped = [...end.firstDropped, { row, reason }].slice(0, MOST_REASONS);
  return { ...end, status: 'partial', dropped: end.dropped + 1, firstDropped };
}
