import type { Client } from 'pg';
import type { Delivery } from '../../ports/evidence-store.js';
import type { MailPosition } from '../../ports/report-mailbox.js';
import { arrayText, jsonText, storableText } from '../column-values.js';
import { folderOf, identifyMails, keyOf, placeKey, type ArrivedMail } from './arrived-mails.js';
import { bundle, type Bundle } from './mail-bundles.js';

/** A bundle and the id under which its mails know it. */
interface KeptBundle {
  readonly id: string;
  readonly bundle: Bundle;
}

export interface StoredMails {
  /** In the order of the deliveries. */
  readonly ids: readonly string[];
  /** Still to be stored; the first, which mostly is the only one, is compressed meanwhile. */
  readonly bundles: readonly KeptBundle[];
}

/**
 * A row for each mail. The mail of a position is stored once: fetched again after a crash, or twice in a batch, it is
 * the same row, and so is a mail that is read again; the later outcome wins, and the original that is kept stays. The same
 * holds for a mail that comes once more at another place of its folder: its row moves there.
 * Locks the reports of these keys before all else. Throws when a mail to be read again is there no more.
 */
export async function storeMails(
  client: Client,
  deliveries: readonly Delivery[],
  reportKeys: ReadonlySet<string>,
): Promise<StoredMails> {
  const mails = await identifyMails(client, deliveries, reportKeys);
  await updateMails(client, deliveries);
  const added = mails.filter(({ isKnown }) => !isKnown);
  const bundles = bundlesOf(added);
  const byPlace = await insertMails(client, added, bundles);
  await moveMails(
    client,
    mails.filter(({ isKnown }) => isKnown),
  );
  const ids = deliveries.map((delivery) => delivery.mailId ?? '');
  for (const { id, delivery, places } of mails) {
    const known = byPlace.size === 0 ? undefined : byPlace.get(placeKey(delivery) ?? '');
    for (const place of places) ids[place] = known ?? id;
  }
  return { ids, bundles };
}

/** How far the folders are read now, and the bundles, once they are compressed. */
export async function finishMails(
  client: Client,
  deliveries: readonly Delivery[],
  bundles: readonly KeptBundle[],
): Promise<void> {
  const places = newestPlaces(deliveries);
  const [first, ...others] = bundles;
  if (first !== undefined) {
    await client.query(ADVANCE_AND_KEEP, [...placeColumns(places), ...(await bundleColumns(first))]);
    for (const other of others) await client.query(KEEP, await bundleColumns(other));
  } else if (places.length > 0) await client.query(ADVANCE, placeColumns(places));
}

async function bundleColumns({ id, bundle }: KeptBundle): Promise<unknown[]> {
  return [id, new Date(bundle.newestAt), bundle.slices.size, await bundle.take()];
}

type PlacedDelivery = Delivery & { readonly position: MailPosition };

/** UIDs only grow while UIDVALIDITY stays; once that changes they start anew (RFC 9051 2.3.1.1). */
function newestPlaces(deliveries: readonly Delivery[]): readonly PlacedDelivery[] {
  const newest = new Map<string, PlacedDelivery>();
  for (const delivery of deliveries) {
    const { position, mailId, origin, folder } = delivery;
    if (position === null || mailId !== null) continue;
    const key = JSON.stringify([origin, folder]);
    const known = newest.get(key);
    const isNewer = known?.position.uidValidity !== position.uidValidity || known.position.uid < position.uid;
    if (isNewer) newest.set(key, { ...delivery, position });
  }
  return [...newest.keys()].sort().flatMap((key) => newest.get(key) ?? []);
}

function placeColumns(places: readonly PlacedDelivery[]): unknown[] {
  return [
    places.map((it) => it.origin),
    places.map((it) => it.folder ?? ''),
    places.map((it) => it.position.uidValidity),
    places.map((it) => it.position.uid),
  ];
}

interface StoredPlace {
  readonly id: string;
  readonly origin: string;
  readonly folder: string | null;
  readonly uidValidity: string | null;
  readonly uid: number | null;
}

async function updateMails(client: Client, deliveries: readonly Delivery[]): Promise<void> {
  const again = new Map<string, { id: string; outcome: string; reason: string | null }>();
  for (const { mailId, outcome, reason } of deliveries)
    if (mailId !== null) again.set(mailId, { id: mailId, outcome, reason });
  if (again.size === 0) return;
  const updated = await client.query(UPDATE_MAILS, [jsonText([...again.values()])]);
  if (updated.rowCount !== again.size) throw new Error('a mail that was read again is not stored any more');
}

/** By place, the ids of those that stood there already. */
async function insertMails(
  client: Client,
  mails: readonly ArrivedMail[],
  bundles: readonly KeptBundle[],
): Promise<ReadonlyMap<string, string>> {
  if (mails.length === 0) return new Map();
  const columns = columnsOf(mails.map((mail, index) => mailColumns(mail, index, bundles)));
  const { rows } = await client.query<StoredPlace>(INSERT_MAILS, columns);
  return new Map(rows.map((row) => [keyOf(row.origin, row.folder, row), row.id]));
}

/** Those that came once more: there they lie now, and that they brought. */
async function moveMails(client: Client, mails: readonly ArrivedMail[]): Promise<void> {
  if (mails.length === 0) return;
  const moved = await client.query(MOVE_MAILS, [
    mails.map(({ id }) => id),
    mails.map(({ delivery }) => delivery.position?.uidValidity ?? null),
    mails.map(({ delivery }) => delivery.position?.uid ?? null),
    mails.map(({ delivery }) => delivery.outcome),
    mails.map(({ delivery }) => foreign(delivery.reason)),
  ]);
  if (moved.rowCount !== mails.length) throw new Error('a mail that came again is not stored any more');
}

function bundlesOf(mails: readonly ArrivedMail[]): readonly KeptBundle[] {
  const originals = mails.flatMap(({ delivery: { original, receivedAt } }, mail) =>
    original === null ? [] : [{ mail, receivedAt, bytes: original }],
  );
  const bundles = bundle(originals);
  bundles[0]?.start();
  return bundles.map((it) => {
    const [first = 0] = it.slices.keys();
    // The id of its first mail is free: no other bundle holds that mail.
    return { id: mails[first]?.id ?? '', bundle: it };
  });
}

/** Of a column of PostgreSQL. */
const LARGEST_INTEGER = 2 ** 31 - 1;

type MailColumns = readonly (string | number | null)[];

/** In the order of COLUMNS. */
function mailColumns(
  { id, delivery, contentHash }: ArrivedMail,
  index: number,
  bundles: readonly KeptBundle[],
): MailColumns {
  const kept = bundles.find((it) => it.bundle.slices.has(index));
  const slice = kept?.bundle.slices.get(index);
  const { position, messageId, from, subject, reason } = delivery;
  return [
    id,
    delivery.origin,
    folderOf(delivery),
    position?.uidValidity ?? null,
    position?.uid ?? null,
    contentHash,
    foreign(messageId),
    foreign(from),
    foreign(subject),
    new Date(delivery.receivedAt).toISOString(),
    delivery.outcome,
    foreign(reason),
    kept?.id ?? null,
    slice?.offset ?? null,
    slice?.length ?? unfetchedSize(delivery),
  ];
}

/** A server may claim any size. */
function unfetchedSize({ unfetchedBytes }: Delivery): number | null {
  if (unfetchedBytes === undefined || !Number.isInteger(unfetchedBytes)) return null;
  return unfetchedBytes >= 0 && unfetchedBytes <= LARGEST_INTEGER ? unfetchedBytes : null;
}

function foreign(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

/** One array a column: PostgreSQL takes rows apart ten times as fast as objects in JSON. */
function columnsOf(rows: readonly MailColumns[]): string[] {
  const [first = []] = rows;
  return first.map((_, column) => arrayText(rows.map((row) => row[column] ?? null)));
}

const COLUMNS = `
  id, origin, folder, uid_validity, uid, content_hash, message_id, "from", subject, received_at, outcome, reason, bundle_id,
  bundle_offset, bundle_length`;

/** Answers with those only that stood there under another id. */
const INSERT_MAILS = `
  with stored as (
    insert into mail as known (${COLUMNS})
    select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::text[],
                         $9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::bigint[], $14::int[], $15::int[])
             as arrived (${COLUMNS})
     order by origin, folder, uid_validity, uid, id
    on conflict (origin, folder, uid_validity, uid) do update set
      outcome = excluded.outcome,
      reason = excluded.reason,
      content_hash = coalesce(known.content_hash, excluded.content_hash),
      bundle_id = coalesce(known.bundle_id, excluded.bundle_id),
      bundle_offset = case when known.bundle_id is null then excluded.bundle_offset else known.bundle_offset end,
      bundle_length = case when known.bundle_id is null then excluded.bundle_length else known.bundle_length end
    returning id, origin, folder, uid_validity, uid
  )
  select id::text, origin, folder, uid_validity as "uidValidity", uid::float8
    from stored
   where id <> all($1::bigint[])`;

/** A place where another mail stands stays that one's: only a server that gives places twice could want it. */
const MOVE_MAILS = `
  update mail
     set uid_validity = case when arrived.is_free then arrived.uid_validity else mail.uid_validity end,
         uid = case when arrived.is_free then arrived.uid else mail.uid end,
         outcome = arrived.outcome,
         reason = arrived.reason
    from (select came.*, not exists (select from mail other
                                      where other.origin = known.origin and other.folder = known.folder
                                        and other.uid_validity = came.uid_validity and other.uid = came.uid) as is_free
            from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[])
                   as came (id, uid_validity, uid, outcome, reason)
            join mail known on known.id = came.id) arrived
   where mail.id = arrived.id`;

const UPDATE_MAILS = `
  update mail set outcome = again.outcome, reason = again.reason
    from json_to_recordset($1) as again (id bigint, outcome text, reason text)
   where mail.id = again.id`;

const ADVANCE = `
  insert into mailbox_position as known (mailbox, folder, uid_validity, uid)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
  on conflict (mailbox, folder) do update set uid_validity = excluded.uid_validity, uid = excluded.uid
   where known.uid is null or known.uid_validity <> excluded.uid_validity or known.uid < excluded.uid`;

const KEEP = 'insert into mail_bundle (id, newest_at, mails, bytes) values ($1, $2, $3, $4)';

const ADVANCE_AND_KEEP = `
  with advanced as (${ADVANCE})
  insert into mail_bundle (id, newest_at, mails, bytes) values ($5, $6, $7, $8)`;
