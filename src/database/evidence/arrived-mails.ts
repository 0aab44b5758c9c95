import { hash } from 'node:crypto';
import type { Client } from 'pg';
import type { Delivery } from '../../ports/evidence-store.js';

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

/** The mails of a batch, each once, with ids and whether they are stored already. One statement. */
export async function identifyMails(
  client: Client,
  deliveries: readonly Delivery[],
): Promise<readonly ArrivedMail[]> {
  const fresh = [...deliveries.entries()].filter(([, delivery]) => delivery.mailId === null);
  if (fresh.length === 0) return [];
  const hashes = fresh.map(([, delivery]) => contentHashOf(delivery));
  const { rows } = await client.query<Identity>(IDENTIFY, [
    fresh.map(([, { origin }]) => origin),
    fresh.map(([, delivery]) => folderOf(delivery)),
    hashes,
  ]);
  const mails = new Gathering();
  for (const [index, [place, delivery]] of fresh.entries()) {
    const { id, knownId } = rows[index] ?? { id: '', knownId: null };
    const mail = {
      id: knownId ?? id,
      isKnown: knownId !== null,
      contentHash: hashes[index] ?? null,
      delivery,
    };
    mails.add({ ...mail, places: [place] });
  }
  return mails.all();
}

/** What is the same as another of the batch is one with it: by place, as after a crash, or by content. */
class Gathering {
  private readonly mails: ArrivedMail[] = [];
  private readonly indexes = new Map<string, number>();

  add(mail: ArrivedMail): void {
    const keys = [placeKey(mail.delivery), contentKey(mail)].filter((key) => key !== null);
    const index =
      keys.map((key) => this.indexes.get(key)).find((it) => it !== undefined) ?? this.mails.length;
    const places = [...(this.mails[index]?.places ?? []), ...mail.places];
    this.mails[index] = { ...mail, places };
    for (const key of keys) this.indexes.set(key, index);
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

/** The unique index tells the planner that there is one row at most, whatever it knows of the table. */
const IDENTIFY = `
  select nextval('mail_id_seq')::text as id, known_id::text as "knownId"
    from (select known.id as known_id
            from unnest($1::text[], $2::text[], $3::uuid[])
                   with ordinality as arrived (origin, folder, content_hash, place)
            left join mail known on known.origin = arrived.origin and known.folder = arrived.folder
                                and known.content_hash = arrived.content_hash
           order by arrived.place) found`;
