import { QueryFailedError, type EntityManager } from 'typeorm';
import { addDays, dayOf, type Day, type Instant } from '../../core/instant.js';

/** Months for which partitions are made ahead. */
const MONTHS_AHEAD = 3;
/** Milliseconds: a batch that holds the rows longer puts the work off until the next time. */
const LOCK_TIMEOUT = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Rows of reports about the days of one month. */
interface MonthPartition {
  readonly table: string;
  readonly from: Day;
  /** The first day that it does not hold. */
  readonly until: Day;
}

/**
 * Makes the partitions of this month and those to come, and puts rows into them that had none so far. What can't be
 * done now, since a batch is being stored, is done the next time: until then such rows lie in the default partition.
 * Not to be run twice at once.
 */
export async function makePartitions(manager: EntityManager, now: Instant): Promise<void> {
  const wanted = monthsFrom(dayOf(now), MONTHS_AHEAD + 1);
  const known = await partitions(manager);
  for (const month of wanted) {
    if (known.some((it) => it.table === month.table)) continue;
    await withRowsLocked(manager, (locked) => makePartition(locked, month));
  }
}

/** Drops the partitions that lie wholly before a day. Returns how many rows went. */
export async function dropPartitions(manager: EntityManager, before: Day): Promise<number> {
  let rows = 0;
  for (const { table, until } of await partitions(manager)) {
    if (until > before) continue;
    const [counted] = await manager.query<{ readonly rows: number }[]>(
      `select count(*)::float8 as "rows" from ${table}`,
    );
    const isDropped = await withRowsLocked(manager, (locked) => dropPartition(locked, table));
    if (isDropped) rows += counted?.rows ?? 0;
  }
  return rows;
}

async function makePartition(manager: EntityManager, { table, from, until }: MonthPartition): Promise<void> {
  await manager.query(`create table ${table} (like report_row including all)`);
  await manager.query(
    `with moved as (delete from report_row_default where day >= $1 and day < $2 returning *)
     insert into ${table} select * from moved`,
    [from, until],
  );
  await manager.query(
    `alter table report_row attach partition ${table} for values from ('${from}') to ('${until}')`,
  );
}

async function dropPartition(manager: EntityManager, table: string): Promise<void> {
  await manager.query(`drop table ${table}`);
}

/** False when the rows could not be had for oneself in time; then nothing was done. */
async function withRowsLocked(
  manager: EntityManager,
  work: (manager: EntityManager) => Promise<void>,
): Promise<boolean> {
  try {
    await manager.transaction(async (locked) => {
      await locked.query(`set local lock_timeout = ${LOCK_TIMEOUT}`);
      await locked.query('lock table report_row in access exclusive mode');
      await work(locked);
    });
    return true;
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

function isLockTimeout(error: unknown): boolean {
  return (
    error instanceof QueryFailedError &&
    'code' in error.driverError &&
    error.driverError.code === LOCK_NOT_AVAILABLE
  );
}

async function partitions(manager: EntityManager): Promise<readonly MonthPartition[]> {
  const rows = await manager.query<{ readonly table: string }[]>(
    `select inhrelid::regclass::text as "table" from pg_inherits where inhparent = 'report_row'::regclass`,
  );
  return rows.flatMap(({ table }) => {
    const [, year, month] = /^report_row_(\d{4})_(\d{2})$/.exec(table) ?? [];
    return year === undefined || month === undefined ? [] : monthPartition(`${year}-${month}`);
  });
}

function monthsFrom(day: Day, count: number): readonly MonthPartition[] {
  const months: MonthPartition[] = [];
  for (let month = monthPartition(day.slice(0, 7)); months.length < count;) {
    months.push(month);
    month = monthPartition(month.until.slice(0, 7));
  }
  return months;
}

/** The partition of a month, `2026-11`. */
function monthPartition(month: string): MonthPartition {
  const from = `${month}-01`;
  return {
    table: `report_row_${month.replace('-', '_')}`,
    from,
    // The 32nd day of a month lies in the next one.
    until: `${addDays(from, 31).slice(0, 7)}-01`,
  };
}
