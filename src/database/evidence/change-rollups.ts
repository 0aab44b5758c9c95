import type { Client } from 'pg';
import type { Day, Instant } from '../../core/instant.js';

/** A report whose rows come to the daily numbers (+1) or leave them (-1). */
export interface RollupChange {
  readonly reportId: string;
  readonly domain: string;
  readonly reporter: string;
  readonly day: Day;
  readonly sign: 1 | -1;
  readonly receivedAt: Instant;
}

/** Domain, day and reporter: daily numbers of one report, mostly. */
interface Slot {
  readonly domain: string;
  readonly day: Day;
  readonly reporter: string;
}

interface BegunSlot extends Slot {
  /** The slot was not there before. */
  readonly isNew: boolean;
}

/**
 * Brings daily numbers and first arrivals up to date, within the transaction that makes these changes. The row of an
 * arrival is also the lock on the daily numbers of its slot: whoever adds to them holds it until the end, and where it
 * was not there before, there are no numbers yet that could be met.
 */
export async function changeRollups(client: Client, changes: readonly RollupChange[]): Promise<void> {
  if (changes.length === 0) return;
  const first = firstArrivals(changes.filter((change) => change.sign > 0));
  const arrivedAt = first.map((it) => new Date(it.receivedAt));
  const begun = await client.query<BegunSlot>(UPSERT_ARRIVALS, [...columnsOf(first), arrivedAt]);
  const fresh = new Set(begun.rows.filter((it) => it.isNew).map(slotKey));
  await addUp(
    client,
    changes.filter((change) => fresh.has(slotKey(change))),
    INSERT_ROLLUPS,
  );
  await addUp(
    client,
    changes.filter((change) => !fresh.has(slotKey(change))),
    UPSERT_ROLLUPS,
  );
  const left = slotsOf(changes.filter((change) => change.sign < 0)).inOrder;
  if (left.length === 0) return;
  await client.query(DELETE_EMPTY, columnsOf(left));
  await client.query(ARRIVALS_AGAIN, columnsOf(left));
}

async function addUp(client: Client, changes: readonly RollupChange[], statement: string): Promise<void> {
  if (changes.length === 0) return;
  const slots = slotsOf(changes);
  await client.query(statement, [
    changes.map((change) => change.reportId),
    changes.map((change) => change.day),
    changes.map((change) => slots.places.get(slotKey(change))),
    changes.map((change) => change.sign),
    ...columnsOf(slots.inOrder),
    ...spanOf(changes),
  ]);
}

function slotsOf(slots: readonly Slot[]): {
  readonly inOrder: readonly Slot[];
  readonly places: ReadonlyMap<string, number>;
} {
  const byKey = new Map(slots.map((slot) => [slotKey(slot), slot]));
  const keys = [...byKey.keys()].sort();
  return {
    inOrder: keys.flatMap((key) => byKey.get(key) ?? []),
    places: new Map(keys.map((key, index) => [key, index + 1])),
  };
}

function slotKey({ domain, day, reporter }: Slot): string {
  return `${domain} ${day} ${reporter}`;
}

function columnsOf(slots: readonly Slot[]): string[][] {
  return [slots.map((it) => it.domain), slots.map((it) => it.day), slots.map((it) => it.reporter)];
}

/** The first and the last day: so the planner looks at the partitions of those months only. */
function spanOf(changes: readonly RollupChange[]): readonly (Day | undefined)[] {
  const days = changes.map((change) => change.day).sort();
  return [days[0], days.at(-1)];
}

function firstArrivals(changes: readonly RollupChange[]): readonly RollupChange[] {
  const latestFirst = [...changes].sort((a, b) => b.receivedAt - a.receivedAt);
  const first = new Map(latestFirst.map((change) => [slotKey(change), change]));
  return [...first.keys()].sort().flatMap((key) => first.get(key) ?? []);
}

const SUMMED = [
  'passed',
  'dkim_aligned',
  'spf_aligned',
  'forwarded',
  'broken_signature',
  'indirect',
  'disputed',
];
const COUNTS = ['messages', ...SUMMED];

const INSERT_ROLLUPS = `
  insert into daily_rollup as known
    (domain, day, reporter, ip, header_from, authenticated_as, ${COUNTS.join(', ')})
  select slot.domain, slot.day, slot.reporter, added.ip, added.header_from, added.authenticated_as,
         ${COUNTS.map((column) => `added.${column}`).join(', ')}
    from (
      select change.slot, row.ip, row.header_from, row.authenticated_as,
             sum(change.sign * row.messages) as messages,
             ${SUMMED.map((column) => `sum(case when row.${column} then change.sign * row.messages else 0 end) as ${column}`).join(', ')}
        from unnest($1::bigint[], $2::date[], $3::int[], $4::int[]) as change (report_id, day, slot, sign)
       cross join lateral (
         select * from report_row
          where report_id = change.report_id and day = change.day and day between $8 and $9
         offset 0
       ) row
       group by change.slot, row.ip, row.header_from, row.authenticated_as
    ) added
    join unnest($5::text[], $6::date[], $7::text[]) with ordinality as slot (domain, day, reporter, place)
      on slot.place = added.slot
   order by added.slot, added.ip, added.header_from, added.authenticated_as`;

/** Twice the work for each row. */
const UPSERT_ROLLUPS = `
  ${INSERT_ROLLUPS}
  on conflict (domain, day, reporter, ip, header_from, authenticated_as) do update set
    ${COUNTS.map((column) => `${column} = known.${column} + excluded.${column}`).join(', ')}`;

const SLOTS = 'unnest($1::text[], $2::date[], $3::text[]) as slot (domain, day, reporter)';

const DELETE_EMPTY = `
  delete from daily_rollup rollup using ${SLOTS}
   where rollup.domain = slot.domain and rollup.day = slot.day and rollup.reporter = slot.reporter
     and rollup.messages = 0`;

const UPSERT_ARRIVALS = `
  insert into reporter_day as known (domain, day, reporter, first_at)
  select * from unnest($1::text[], $2::date[], $3::text[], $4::timestamptz[])
  on conflict (domain, day, reporter) do update set first_at = least(known.first_at, excluded.first_at)
  returning domain, to_char(day, 'YYYY-MM-DD') as "day", reporter, xmax = 0 as "isNew"`;

/** A report that no longer counts may have been the first: what has come instead of it locked the row already. */
const ARRIVALS_AGAIN = `
  update reporter_day known set first_at = again.first_at
    from (
      select slot.domain, slot.day, slot.reporter, min(report.received_at) as first_at
        from ${SLOTS}
        join report on report.domain = slot.domain and report.day = slot.day and report.reporter = slot.reporter
       where report.counted and report.records > 0
       group by slot.domain, slot.day, slot.reporter
    ) again
   where known.domain = again.domain and known.day = again.day and known.reporter = again.reporter`;
