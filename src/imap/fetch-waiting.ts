import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow';
import type { MailPosition, WaitingMail } from '../ports/report-mailbox.js';
import { DONE_KEYWORD } from './settle-mail.js';
import { MailboxError } from './mailbox-error.js';

export interface FetchOptions {
  readonly after: MailPosition | null;
  readonly limit: number;
  /** Bytes; larger messages come without their content. */
  readonly maxMessageBytes: number;
  /** Mail that is done, but that the server lets us neither move nor mark. */
  readonly skip: ReadonlySet<string>;
}

/** Bytes of one batch: what waits behind it comes with the next. */
const BATCH_BYTES = 64 * 1024 * 1024;

/** The mail that waits in the selected folder, oldest first, whether anyone has read it or not. */
export async function fetchWaiting(client: ImapFlow, options: FetchOptions): Promise<readonly WaitingMail[]> {
  const mailbox = selected(client);
  const uidValidity = String(mailbox.uidValidity);
  const uids = await waitingUids(client, uidValidity, options);
  if (uids.length === 0) return [];
  // A UID that vanished meanwhile is just not in the answer.
  const heads = await client.fetchAll(
    uids.join(','),
    { uid: true, size: true, internalDate: true },
    { uid: true },
  );
  const batch = withinBytes(heads, options.maxMessageBytes);
  const contents = await fetchContents(client, batch, options.maxMessageBytes);
  return batch.map(({ uid, size = 0, internalDate }) => ({
    position: { uidValidity, uid },
    receivedAt: timeOf(internalDate),
    raw: contents.get(uid) ?? null,
    size,
  }));
}

/** The folder that is open. Throws MailboxError when there is none, which means that the connection broke. */
export function selected(client: ImapFlow): MailboxObject {
  if (client.mailbox === false) throw new MailboxError('no folder is open', 'connection');
  return client.mailbox;
}

export function positionKey({ uidValidity, uid }: MailPosition): string {
  return `${uidValidity}/${uid}`;
}

async function waitingUids(
  client: ImapFlow,
  uidValidity: string,
  { after, limit, skip }: FetchOptions,
): Promise<readonly number[]> {
  // UIDs of another UIDVALIDITY mean nothing (RFC 9051 2.3.1.1): all that lies in the folder waits.
  const first = after !== null && after.uidValidity === uidValidity ? after.uid + 1 : 1;
  const query = { uid: `${first}:*`, deleted: false, unKeyword: DONE_KEYWORD };
  const found = await client.search(query, { uid: true });
  if (!found) throw new MailboxError('the server refused to search the folder', 'server');
  return found
    .filter((uid) => uid >= first) // "5:*" is the last message even when its UID is 4 (RFC 9051 9)
    .filter((uid) => !skip.has(positionKey({ uidValidity, uid })))
    .sort((a, b) => a - b)
    .slice(0, limit);
}

/** As many as fit into one batch, and at least one. */
function withinBytes(
  heads: readonly FetchMessageObject[],
  maxMessageBytes: number,
): readonly FetchMessageObject[] {
  let bytes = 0;
  const sorted = heads.toSorted((a, b) => a.uid - b.uid);
  return sorted.filter(({ size = 0 }, index) => {
    bytes += size > maxMessageBytes ? 0 : size;
    return index === 0 || bytes <= BATCH_BYTES;
  });
}

async function fetchContents(
  client: ImapFlow,
  batch: readonly FetchMessageObject[],
  maxMessageBytes: number,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const contents = new Map<number, Uint8Array>();
  const uids = batch.filter(({ size = 0 }) => size <= maxMessageBytes).map(({ uid }) => uid);
  if (uids.length === 0) return contents;
  // Some servers give a wrong size, so no more than one byte over the limit is taken.
  const query = { uid: true, source: { start: 0, maxLength: maxMessageBytes + 1 } };
  for (const { uid, source } of await client.fetchAll(uids.join(','), query, { uid: true })) {
    if (source !== undefined && source.length <= maxMessageBytes) contents.set(uid, source);
  }
  return contents;
}

function timeOf(internalDate: Date | string | undefined): number {
  const time = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return Number.isFinite(time) ? time : 0;
}
