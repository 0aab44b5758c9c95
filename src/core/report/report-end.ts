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

/** What was gathered, which has a head; `damage`: why reading ended before the report did. */
export function endOf(gathering: ReportGathering, head: ReportHead, damage: string | null): ReadEnd {
  // One more for what damage has cost, since nobody knows how many those were.
  if (damage !== null)
    gathering.drop(gathering.records + gathering.dropped + 1, `${damage}: what follows is lost`);
  const { totals, dropped, firstDropped } = gathering;
  return { status: dropped === 0 ? 'accepted' : 'partial', head, totals, dropped, firstDropped };
}
