import type { Client } from 'pg';
import type { Delivery, IncomingReport, StoredDelivery } from '../../ports/evidence-store.js';
import { chooseCounted, reportKey, takeIn, type Decided, type Family } from './choose-counted.js';
import { BatchBreather } from './batch-breather.js';
import { changeRollups, type RollupChange } from './change-rollups.js';
import type { PackedRows } from './packed-rows.js';
import {
  findFamilies,
  insertReports,
  updateReports,
  type Arrivals,
  type KeyedSibling,
} from './store-reports.js';
import { finishMails, storeMails } from './store-mails.js';

/** The transaction that a batch is stored in, and what it has packed. */
export interface BatchWork {
  readonly client: Client;
  readonly rowsOf: (incoming: IncomingReport) => PackedRows;
  /** Copies lines that lie in memory; those of all other reports are thrown away. */
  readonly copyRows: (wanted: readonly PackedRows[]) => Promise<void>;
}

/**
 * Stores mails and their reports within a transaction that is open already, with the same few statements however many
 * there are. Throws what the database throws; the transaction must then be rolled back.
 */
export async function storeBatch(
  { client, rowsOf, copyRows }: BatchWork,
  deliveries: readonly Delivery[],
): Promise<readonly StoredDelivery[]> {
  const arrived = deliveries.flatMap(({ reports, receivedAt }, mail) =>
    reports.map((incoming) => ({ incoming, rows: rowsOf(incoming), mail, receivedAt })),
  );
  const breather = new BatchBreather();
  const keys: string[] = [];
  await breather.each(arrived, ({ incoming }) => keys.push(reportKey(incoming)));
  const mails = await storeMails(client, deliveries, new Set(keys));
  const families = await findFamilies(client, { arrived, keys }, breather);
  const decided = await decide(families, { arrived, keys }, breather);
  const known: KeyedSibling[] = [];
  await breather.each(families, ([key, { siblings }]) => {
    for (const sibling of siblings.values()) known.push({ key, sibling });
  });
  await insertReports(client, known, mails.ids, breather);
  await updateReports(client, known);
  await copyRows(known.flatMap(({ sibling }) => (sibling.arrival === null ? [] : [sibling.arrival.rows])));
  await changeRollups(client, rollupChanges(families.values()));
  await finishMails(client, deliveries, mails.bundles);
  return answers(deliveries, mails.ids, decided);
}

async function decide(
  families: ReadonlyMap<string, Family>,
  { arrived, keys }: Arrivals,
  breather: BatchBreather,
): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  await breather.each(arrived, (report, place) => {
    const family = families.get(keys[place] ?? '');
    if (family === undefined) throw new Error('a report without a family');
    decided.push(takeIn(family.siblings, report));
  });
  await breather.each(families.values(), ({ siblings }) => chooseCounted(siblings));
  return decided;
}

/** Reports whose rows are to be added to the daily numbers, or to be taken from them. */
function rollupChanges(families: Iterable<Family>): readonly RollupChange[] {
  const changes: RollupChange[] = [];
  for (const { domain, reporter, siblings } of families)
    for (const { id, day, records, receivedAt, counts, hasCounted } of siblings.values()) {
      if (day === null || records === 0 || counts === hasCounted) continue;
      changes.push({ reportId: id, domain, reporter, day, sign: counts ? 1 : -1, receivedAt });
    }
  return changes;
}

function answers(
  deliveries: readonly Delivery[],
  mailIds: readonly string[],
  decided: readonly Decided[],
): readonly StoredDelivery[] {
  let start = 0;
  return deliveries.map(({ reports }, place) => {
    const mailId = mailIds[place];
    if (mailId === undefined) throw new Error('a mail without an id');
    start += reports.length;
    return { mailId, reports: decided.slice(start - reports.length, start) };
  });
}
