import type { Client } from 'pg';
import type { Instant } from '../../core/instant.js';
import type { Delivery } from '../../ports/evidence-store.js';
import type { MailPosition } from '../../ports/report-mailbox.js';
import { jsonText, storableText } from '../column-values.js';
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
 * the same row, and so is a mail that is read again; the later outcome wins, and the original that is kept stays.
 * Throws when a mail to be read again is there no more.
 */
export async function storeMails(client: Client, deliveries: readonly Delivery[]): Promise<StoredMails> {
  await updateMails(client, deliveries);
  const fresh = [...deliveries.entries()].filter(([, delivery]) => delivery.mailId === null);
  const ids = deliveries.map((delivery) => delivery.mailId ?? '');
  if (fresh.length === 0) return { ids, bundles: [] };
  const allocated = await client.query<{ readonly id: string }>(ALLOCATE, [fresh.length]);
  for (const [index, [place]] of fresh.entries()) ids[place] = allocated.rows[index]?.id ?? '';
  const bundles = bundlesOf(fresh, ids);
  const latest = new Map(fresh.map(([place, delivery]) => [placeKey(delivery) ?? ids[place], place]));
  const rows = fresh
    .filter(([place, delivery]) => latest.get(placeKey(delivery) ?? ids[place]) === place)
    .map(([place, delivery]) => mailColumns(delivery, place, ids[place], bundles));
  const stored = await client.query<StoredPlace>(INSERT_MAILS, columnsOf(rows));
  const byPlace = new Map(stored.rows.map((row) => [keyOf(row.origin, row.folder, row), row.id]));
  for (const [place, delivery] of fresh) {
    const id = byPlace.get(placeKey(delivery) ?? '');
    if (id !== undefined) ids[place] = id;
  }
  return { ids, bundles };
}

/** The bundles, once they are compressed. */
export async function storeBundles(client: Client, bundles: readonly KeptBundle[]): Promise<void> {
  for (const { id, bundle } of bundles)
    await client.query('insert into mail_bundle (id, newest_at, mails, bytes) values ($1, $2, $3, $4)', [
      id,
      new Date(bundle.newestAt),
      bundle.slices.size,
      await bundle.take(),
    ]);
}

/** UIDs only grow while UIDVALIDITY stays; once that changes they start anew (RFC 9051 2.3.1.1). */
export async function advancePositions(client: Client, deliveries: readonly Delivery[]): Promise<void> {
  const newest = new Map<string, Delivery & { readonly position: MailPosition }>();
  for (const delivery of deliveries) {
    const { position, mailId, origin, folder } = delivery;
    if (position === null || mailId !== null) continue;
    const key = JSON.stringify([origin, folder]);
    const known = newest.get(key);
    const isNewer = known?.position.uidValidity !== position.uidValidity || known.position.uid < position.uid;
    if (isNewer) newest.set(key, { ...delivery, position });
  }
  const places = [...newest.keys()].sort().flatMap((key) => newest.get(key) ?? []);
  if (places.length === 0) return;
  await client.query(ADVANCE, [
    places.map((it) => it.origin),
    places.map((it) => it.folder ?? ''),
    places.map((it) => it.position.uidValidity),
    places.map((it) => it.position.uid),
  ]);
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

function bundlesOf(
  fresh: readonly (readonly [number, Delivery])[],
  ids: readonly string[],
): readonly KeptBundle[] {
  const originals = fresh.flatMap(([mail, { original, receivedAt }]) =>
    original === null ? [] : [{ mail, receivedAt, bytes: original }],
  );
  const bundles = bundle(originals);
  bundles[0]?.start();
  return bundles.map((it) => {
    const [first = 0] = it.slices.keys();
    // The id of its first mail is free: no other bundle holds that mail.
    return { id: ids[first] ?? '', bundle: it };
  });
}

type MailColumns = readonly (string | number | null)[];

/** In the order of COLUMNS. */
function mailColumns(
  delivery: Delivery,
  place: number,
  id: string | undefined,
  bundles: readonly KeptBundle[],
): MailColumns {
  const kept = bundles.find((it) => it.bundle.slices.has(place));
  const slice = kept?.bundle.slices.get(place);
  const { position, messageId, from, subject, reason } = delivery;
  return [
    id ?? null,
    delivery.origin,
    folderOf(delivery),
    position?.uidValidity ?? null,
    position?.uid ?? null,
    foreign(messageId),
    foreign(from),
    foreign(subject),
    atOf(delivery.receivedAt),
    delivery.outcome,
    foreign(reason),
    kept?.id ?? null,
    slice?.offset ?? null,
    slice?.length ?? null,
  ];
}

function foreign(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

/** One array a column: PostgreSQL takes rows apart ten times as fast as objects in JSON. */
function columnsOf(rows: readonly MailColumns[]): (string | number | null)[][] {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column] ?? null));
}

function atOf(at: Instant): string {
  return new Date(at).toISOString();
}

/** Null for what has no place in a mailbox, and is never the same as another. */
function placeKey(delivery: Delivery): string | null {
  const { origin, position } = delivery;
  return position === null ? null : keyOf(origin, folderOf(delivery), position);
}

/** Nulls are never the same as one another in an index: a place in a mailbox must hold none. */
function folderOf({ folder, position }: Delivery): string | null {
  return position === null ? folder : (folder ?? '');
}

function keyOf(
  origin: string,
  folder: string | null,
  position: { readonly uidValidity: string | null; readonly uid: number | null },
): string {
  return JSON.stringify([origin, folder, position.uidValidity, position.uid]);
}

const ALLOCATE = `select nextval('mail_id_seq')::text as id from generate_series(1, $1)`;

const COLUMNS = `
  id, origin, folder, uid_validity, uid, message_id, "from", subject, received_at, outcome, reason, bundle_id,
  bundle_offset, bundle_length`;

const INSERT_MAILS = `
  insert into mail as known (${COLUMNS})
  select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::text[], $11::text[], $12::bigint[], $13::int[], $14::int[])
           as arrived (${COLUMNS})
   order by origin, folder, uid_validity, uid, id
  on conflict (origin, folder, uid_validity, uid) do update set
    outcome = excluded.outcome,
    reason = excluded.reason,
    bundle_id = coalesce(known.bundle_id, excluded.bundle_id),
    bundle_offset = case when known.bundle_id is null then excluded.bundle_offset else known.bundle_offset end,
    bundle_length = case when known.bundle_id is null then excluded.bundle_length else known.bundle_length end
  returning id::text, origin, folder, uid_validity as "uidValidity", uid::float8`;

const UPDATE_MAILS = `
  update mail set outcome = again.outcome, reason = again.reason
    from json_to_recordset($1) as again (id bigint, outcome text, reason text)
   where mail.id = again.id`;

const ADVANCE = `
  insert into mailbox_position as known (mailbox, folder, uid_validity, uid)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
  on conflict (mailbox, folder) do update set uid_validity = excluded.uid_validity, uid = excluded.uid
   where known.uid is null or known.uid_validity <> excluded.uid_validity or known.uid < excluded.uid`;
