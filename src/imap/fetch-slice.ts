import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { uidSets } from './imap-uid-sets.js';
import { SliceFlow, type FetchedSlice } from './slice-flow.js';

/** A stretch of a message's bytes. */
export interface Slice {
  readonly start: number;
  readonly length: number;
  /** Whether to ask for RFC822.SIZE as well: of small messages their bytes tell it, and each item takes its time. */
  readonly asksSize: boolean;
}

/** What came whole, by UID; the error when the rest could not be had. */
export interface Fetched {
  readonly mails: ReadonlyMap<number, FetchedSlice>;
  readonly error: unknown;
}

/** Bytes of one answer: more means that the server sends what was not asked for, and what came so far is all. */
const MOST_BYTES = 32 * 1024 * 1024;
/** How much smaller the sets get when a server answers a set with nothing. */
const SMALLER = 5;

/**
 * The same slice of each of these messages, with one command; it sets no \Seen. Messages that are gone are not in the
 * answer. A break in the middle gives what came before it.
 */
export async function fetchSlice(client: ImapFlow, uids: readonly number[], slice: Slice): Promise<Fetched> {
  const fetched = await fetchSet(client, uids, slice);
  if (fetched.mails.size > 0 || fetched.error !== null || uids.length <= 1) return fetched;
  return (await areGone(client, uids)) ? fetched : inSmallerSets(client, uids, slice);
}

/** Exchange is known to answer a large set with OK and nothing else. */
async function inSmallerSets(client: ImapFlow, uids: readonly number[], slice: Slice): Promise<Fetched> {
  const length = Math.ceil(uids.length / SMALLER);
  const mails = new Map<number, FetchedSlice>();
  for (let start = 0; start < uids.length; start += length) {
    const part = await fetchSlice(client, uids.slice(start, start + length), slice);
    for (const [uid, mail] of part.mails) mails.set(uid, mail);
    if (part.error !== null) return { mails, error: part.error };
  }
  return { mails, error: null };
}

async function areGone(client: ImapFlow, uids: readonly number[]): Promise<boolean> {
  const found = await client.search({ uid: uids.join(',') }, { uid: true });
  return Array.isArray(found) && found.length === 0;
}

async function fetchSet(client: ImapFlow, uids: readonly number[], slice: Slice): Promise<Fetched> {
  const mails = new Map<number, FetchedSlice>();
  try {
    for (const set of uidSets(uids)) await collect(client, set, slice, mails);
  } catch (error) {
    return { mails: asAsked(mails, uids), error };
  }
  return { mails: asAsked(mails, uids), error: null };
}

async function collect(
  client: ImapFlow,
  set: string,
  slice: Slice,
  mails: Map<number, FetchedSlice>,
): Promise<void> {
  const most = Math.max(MOST_BYTES, 2 * slice.length);
  let bytes = 0;
  const take = (mail: FetchedSlice): void => {
    bytes += mail.bytes.length;
    if (bytes > most) client.close();
    mails.set(mail.uid, mail);
  };
  if (client instanceof SliceFlow) client.takeSlice = take;
  try {
    for await (const message of client.fetch(set, queryOf(slice), { uid: true })) {
      const mail = sliceOf(message);
      if (mail !== null) take(mail);
    }
  } finally {
    if (client instanceof SliceFlow) client.takeSlice = null;
  }
}

function asAsked(
  mails: ReadonlyMap<number, FetchedSlice>,
  uids: readonly number[],
): ReadonlyMap<number, FetchedSlice> {
  const wanted = new Set(uids);
  return new Map([...mails].filter(([uid]) => wanted.has(uid)));
}

function queryOf({ start, length, asksSize }: Slice) {
  return { uid: true, size: asksSize, internalDate: true, source: { start, maxLength: length } };
}

function sliceOf({ uid, size = 0, internalDate, source }: FetchMessageObject): FetchedSlice | null {
  return source === undefined || uid === undefined ? null : { uid, size, internalDate, bytes: source };
}
