import type { Client } from 'pg';
import type { Day, Instant } from '../../core/instant.js';
import { arrayText } from '../column-values.js';

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
  /** When the first of the reports came that count now; null: none of them does. */
  firstAt: Instant | null;
  /** Among all slots in their order, from 1. */
  place: number;
}

/**
 * Brings daily numbers and first arrivals up to date, within the transaction that makes these changes. The row of an
 * arrival is also the lock on the daily numbers of its slot: whoever adds to them holds it until the end, and where it
 * was not there before, there are no numbers yet that could be met.
 */
export async function changeRollups(client: Client, changes: readonly RollupChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { inOrder, ofChanges } = slotsOf(changes);
  await client.query(CHANGE_ROLLUPS, [
    arrayText(changes.map((change) => change.reportId)),
    arrayText(changes.map((change) => change.day)),
    arrayText(ofChanges.map((slot) => slot.place)),
    arrayText(changes.map((change) => change.sign)),
    ...columnsOf(inOrder),
    arrayText(inOrder.map(({ firstAt }) => (firstAt === null ? null : new Date(firstAt).toISOString()))),
    ...spanOf(changes),
  ]);
  const left = slotsOf(changes.filter((change) => change.sign < 0)).inOrder;
  if (left.length === 0) return;
  await client.query(DELETE_EMPTY, columnsOf(left));
  await client.query(ARRIVALS_AGAIN, columnsOf(left));
}

/** The slots, and that of each change. */
function slotsOf(changes: readonly RollupChange[]): {
  readonly inOrder: readonly Slot[];
  readonly ofChanges: readonly Slot[];
} {
  const byKey = new Map<string, Slot>();
  const ofChanges = changes.map((change) => {
    const { domain, day, reporter, receivedAt } = change;
    const key = `${domain} ${day} ${reporter}`;
    const slot = byKey.get(key) ?? { domain, day, reporter, firstAt: null, place: 0 };
    byKey.set(key, slot);
    if (change.sign > 0) slot.firstAt = Math.min(slot.firstAt ?? receivedAt, receivedAt);
    return slot;
  });
  const inOrder = [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
  for (const [index, slot] of inOrder.entries()) slot.place = index + 1;
  return { inOrder, ofChanges };
}

function columnsOf(slots: readonly Slot[]): string[] {
  return [
    arrayText(slots.map((it) => it.domain)),
    arrayText(slots.map((it) => it.day)),
    arrayText(slots.map((it) => it.reporter)),
  ];
}

/** The first and the last day: so the planner looks at the partitions of those months only. */
function spanOf(changes: readonly RollupChange[]): readonly (Day | undefined)[] {
  const days = changes.map((change) => change.day).sort();
  return [days[0], days.at(-1)];
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

const KEYS = ['domain', 'day', 'reporter', 'ip', 'header_from', 'authenticated_as'];

const ADDED = `
  select slot.domain, slot.day, slot.reporter, added.ip, added.header_from, added.authenticated_as,
         ${COUNTS.map((column) => `added.${column}`).join(', ')}
    from added join slot on slot.place = added.slot`;

/**
 * The arrivals first, which tells the slots that are new. Those are filled without looking for what stands there, which
 * is half the work for each row. Nothing is read from the other tables that another transaction may change meanwhile: the
 * reports are locked by their keys.
 */
const CHANGE_ROLLUPS = `
  with arrived as (
    insert into reporter_day as known (domain, day, reporter, first_at)
    select * from unnest($5::text[], $6::date[], $7::text[], $8::timestamptz[])
               as came (domain, day, reporter, first_at)
     where came.first_at is not null
    on conflict (domain, day, reporter) do update set first_at = least(known.first_at, excluded.first_at)
    returning domain, day, reporter, xmax = 0 as is_new
  ),
  slot as materialized (
    select place, domain, day, reporter, coalesce(is_new, false) as is_new
      from unnest($5::text[], $6::date[], $7::text[]) with ordinality as wanted (domain, day, reporter, place)
      left join arrived using (domain, day, reporter)
  ),
  added as materialized (
    select change.slot, row.ip, row.header_from, row.authenticated_as,
           sum(change.sign * row.messages) as messages,
           ${SUMMED.map((column) => `sum(case when row.${column} then change.sign * row.messages else 0 end) as ${column}`).join(', ')}
      from unnest($1::bigint[], $2::date[], $3::int[], $4::int[]) as change (report_id, day, slot, sign)
     cross join lateral (
       select * from report_row
        where report_id = change.report_id and day = change.day and day between $9 and $10
       offset 0
     ) row
     group by change.slot, row.ip, row.header_from, row.authenticated_as
  ),
  begun as (
    insert into daily_rollup (${KEYS.join(', ')}, ${COUNTS.join(', ')})
    ${ADDED} where slot.is_new
  )
  insert into daily_rollup as known (${KEYS.join(', ')}, ${COUNTS.join(', ')})
  ${ADDED} where not slot.is_new
  on conflict (${KEYS.join(', ')}) do update set
    ${COUNTS.map((column) => `${column} = known.${column} + excluded.${column}`).join(', ')}`;

const SLOTS = 'unnest($1::text[], $2::date[], $3::text[]) as slot (domain, day, reporter)';

const DELETE_EMPTY = `
  delete from daily_rollup rollup using ${SLOTS}
   where rollup.domain = slot.domain and rollup.day = slot.day and rollup.reporter = slot.reporter
     and rollup.messages = 0`;

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
