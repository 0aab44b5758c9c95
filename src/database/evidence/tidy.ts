import type { DataSource, EntityManager } from 'typeorm';
import { startOfDay, type Day, type Instant } from '../../core/instant.js';
import type { Forgotten, RetentionCutoffs } from '../../ports/evidence-store.js';
import { dropPartitions, makePartitions } from './row-partitions.js';

/** Number of an advisory lock: whoever tidies up waits for another who does. */
const TIDY_LOCK = 0x7469_6479;

/**
 * Makes partitions for the months to come, and forgets what is older than the cut-offs; rows go by whole months. Safe to
 * repeat, and to ask for twice at once.
 */
export async function tidy(
  dataSource: DataSource,
  now: Instant,
  cutoffs: RetentionCutoffs,
): Promise<Forgotten> {
  const side = dataSource.createQueryRunner();
  try {
    await side.query('select pg_advisory_lock($1, 0)', [TIDY_LOCK]);
    try {
      return await tidyUp(side.manager, now, cutoffs);
    } finally {
      await side.query('select pg_advisory_unlock($1, 0)', [TIDY_LOCK]);
    }
  } finally {
    await side.release();
  }
}

async function tidyUp(manager: EntityManager, now: Instant, cutoffs: RetentionCutoffs): Promise<Forgotten> {
  // Rows tell nothing without the report that they belong to.
  const rowsBefore = cutoffs.rows > cutoffs.evidence ? cutoffs.rows : cutoffs.evidence;
  await makePartitions(manager, now);
  const dropped = await dropPartitions(manager, rowsBefore);
  const forget = (what: string, before: Day | Date): Promise<number> => remove(manager, what, before);
  const originals = await forgetOriginals(manager, cutoffs.originals);
  const strays = await forget('report_row_default where day < $1', rowsBefore);
  const days = await forgetDays(manager, cutoffs.evidence);
  const reports = await forget(`report where coalesce(day, ${BEGIN_DAY}) < $1`, cutoffs.evidence);
  const mails = await forget(
    'mail where received_at < $1 and not exists (select from report where report.mail_id = mail.id)',
    new Date(startOfDay(cutoffs.evidence)),
  );
  return { originals, rows: dropped + strays, days, reports, mails };
}

async function remove(manager: EntityManager, what: string, before: Day | Date): Promise<number> {
  const [, count] = await manager.query<[unknown, number]>(`delete from ${what}`, [before]);
  return count;
}

/** Arrivals first: their rows are the locks on the daily numbers, and where there is none there must be no numbers. */
function forgetDays(manager: EntityManager, before: Day): Promise<number> {
  return manager.transaction(async (both) => {
    await remove(both, 'reporter_day where day < $1', before);
    return remove(both, 'daily_rollup where day < $1', before);
  });
}

/** Messages are kept in bundles, which go when the newest in them is old enough. */
async function forgetOriginals(manager: EntityManager, before: Instant): Promise<number> {
  const [rows] = await manager.query<[{ readonly mails: number }[], number]>(
    'delete from mail_bundle where newest_at < $1 returning mails',
    [new Date(before)],
  );
  return rows.reduce((sum, { mails }) => sum + mails, 0);
}

/** As the rows of a report without a day are kept. */
const BEGIN_DAY = `(to_timestamp("begin") at time zone 'UTC')::date`;
