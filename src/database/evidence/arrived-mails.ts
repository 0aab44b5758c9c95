import { hash } from 'node:crypto';
import type { Client } from 'pg';
import type { Delivery } from '../../ports/evidence-store.js';
import { arrayText } from '../column-values.js';
import { LOCK_REPORTS } from './store-reports.js';

/** A mail of a batch that isn't read again; if it came several times, as it came last. */
export interface ArrivedMail {
  /** The row of the same content in the same folder, else a new id. */
  readonly id: string;
  readonly isKnown: boolean;
  readonly contentHash: string | null;
  readonly delivery: Delivery;
  /** Where in the batch it came, at least once. */
  readonly places: readonly number[];
}

interface Identity {
  readonly id: string;
  readonly knownId: string | null;
}

/** The mails of a batch, each once, with ids and whether they are stored already; locks the reports of these keys. */
export async function identifyMails(
  client: Client,
  deliveries: readonly Delivery[],
  reportKeys: ReadonlySet<string>,
): Promise<readonly ArrivedMail[]> {
  const hashes: (string | null)[] = [];
  const origins: string[] = [];
  const folders: (string | null)[] = [];
  for (const delivery of deliveries) {
    if (delivery.mailId !== null) continue;
    hashes.push(contentHashOf(delivery));
    origins.push(delivery.origin);
    folders.push(folderOf(delivery));
  }
  const keys = arrayText([...reportKeys]);
  if (hashes.length === 0) {
    if (reportKeys.size > 0) await client.query(LOCK_REPORTS, [keys]);
    return [];
  }
  const { rows } = await client.query<Identity>(LOCK_AND_IDENTIFY, [
    keys,
    arrayText(origins),
    arrayText(folders),
    arrayText(hashes),
  ]);
  const mails = new Gathering();
  let index = 0;
  for (const [place, delivery] of deliveries.entries()) {
    if (delivery.mailId !== null) continue;
    const { id, knownId } = rows[index] ?? { id: '', knownId: null };
    const contentHash = hashes[index] ?? null;
    mails.add({ id: knownId ?? id, isKnown: knownId !== null, contentHash, delivery, places: [place] });
    index += 1;
  }
  return mails.all();
}

/** What is the same as another of the batch is one with it: by place, as after a crash, or by content. */
class Gathering {
  private readonly mails: ArrivedMail[] = [];
  private readonly indexes = new Map<string, number>();

  add(mail: ArrivedMail): void {
    const place = placeKey(mail.delivery);
    const content = contentKey(mail);
    const index = this.indexOf(place) ?? this.indexOf(content) ?? this.mails.length;
    const before = this.mails[index];
    this.mails[index] = before === undefined ? mail : { ...mail, places: [...before.places, ...mail.places] };
    if (place !== null) this.indexes.set(place, index);
    if (content !== null) this.indexes.set(content, index);
  }

  private indexOf(key: string | null): number | undefined {
    return key === null ? undefined : this.indexes.get(key);
  }

  all(): readonly ArrivedMail[] {
    return this.mails;
  }
}

/** Null for what has no place in a mailbox, and is never the same as another. */
export function placeKey(delivery: Delivery): string | null {
  const { origin, position } = delivery;
  return position === null ? null : keyOf(origin, folderOf(delivery), position);
}

/** Nulls are never the same as one another in an index: a place in a mailbox must hold none. */
export function folderOf({ folder, position }: Delivery): string | null {
  return position === null ? folder : (folder ?? '');
}

export function keyOf(
  origin: string,
  folder: string | null,
  position: { readonly uidValidity: string | null; readonly uid: number | null },
): string {
  return JSON.stringify([origin, folder, position.uidValidity, position.uid]);
}

function contentKey({ delivery, contentHash }: ArrivedMail): string | null {
  return contentHash === null ? null : JSON.stringify([delivery.origin, folderOf(delivery), contentHash]);
}

/** Half of SHA-256, as a UUID is written: nobody finds two mails for one, nor another mail for a given one. */
function contentHashOf({ position, original }: Delivery): string | null {
  return position === null || original === null ? null : hash('sha256', original, 'hex').slice(0, 32);
}

/**
 * Each is looked up by itself, as the first between two equal bounds in the order of the one index that can tell: the
 * planner, who knows little of a new table, would else read the whole folder.
 */
const LOCK_AND_IDENTIFY = `
  with locked as materialized (${LOCK_REPORTS})
  select nextval('mail_id_seq')::text as id, known.id::text as "knownId"
    from unnest($2::text[], $3::text[], $4::uuid[])
           with ordinality as arrived (origin, folder, hash, place)
   cross join locked
    left join lateral (
      select id from mail
       where (origin, folder, content_hash) between (arrived.origin, arrived.folder, arrived.hash)
                                                and (arrived.origin, arrived.folder, arrived.hash)
       order by origin, folder, content_hash
       limit 1
    ) known on true
   order by arrived.place`;
