import { DAY_MS, type Instant } from '../instant.js';
import type { ReportHead } from './report.js';

/** Why a report is refused that tells of days to come. It is stored with the mail, which is found again by it. */
export const FUTURE_RANGE = 'date_range lies in the future';

/** Whether a report tells of days to come; clocks and time zones may be wrong by a day. */
export function tellsOfFuture({ begin }: Pick<ReportHead, 'begin'>, now: Instant): boolean {
  return begin * 1000 > now + DAY_MS;
}
