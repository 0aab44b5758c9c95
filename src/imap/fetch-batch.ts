import type { ImapFlow } from 'imapflow';
import type { WaitingMail } from '../ports/report-mailbox.js';
import { fetchSlice, type Slice } from './fetch-slice.js';
import type { FetchedSlice } from './slice-flow.js';

export interface BatchLimits {
  /** Bytes; larger messages come without their content. */
  readonly maxMessageBytes: number;
  /** Mails of one batch. */
  readonly mails: number;
}

/** Mails of one batch at most, and bytes, but for a single mail that is larger. */
export const MOST_MAILS = 250;
const BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Where the slices end in which a message is fetched. Most reports are whole after the first, so that one command gives
 * 250 of them; and whatever sizes a server claims, it is never asked for much more than a batch holds.
 */
const SLICE_ENDS = [32 * 1024, 256 * 1024, 2 * 1024 * 1024] as const;

/** A message as far as it has been fetched. */
interface Growing extends FetchedSlice {
  readonly state: 'growing' | 'whole' | 'too-large';
}

/**
 * The first of these messages that fit into one batch; those that are gone are left out. When the connection breaks or
 * the server gives up in the middle, what came whole before that is given, and the error thrown only when that is
 * nothing.
 */
export async function fetchBatch(
  client: ImapFlow,
  uidValidity: string,
  uids: readonly number[],
  limits: BatchLimits,
): Promise<readonly WaitingMail[]> {
  for (let start = 0; start < uids.length; start += limits.mails) {
    const batch = await fetchFirst(client, uids.slice(start, start + limits.mails), limits.maxMessageBytes);
    if (batch.length > 0) return batch.map((mail) => waitingMail(mail, uidValidity));
  }
  return [];
}

async function fetchFirst(
  client: ImapFlow,
  uids: readonly number[],
  maxMessageBytes: number,
): Promise<readonly Growing[]> {
  let batch: readonly Growing[] = uids.map((uid) => unfetched(uid));
  for (const slice of slicesOf(maxMessageBytes)) {
    batch = fitting(batch, slice);
    const growing = batch.filter(({ state }) => state === 'growing').map(({ uid }) => uid);
    if (growing.length === 0) return batch;
    const { mails, error } = await fetchSlice(client, growing, slice);
    const grown = batch.flatMap((mail) => grow(mail, mails.get(mail.uid), slice, maxMessageBytes));
    if (error !== null) return orThrow(wholeOnes(batch, grown), error);
    batch = await withoutOversized(client, grown, maxMessageBytes);
  }
  return batch;
}

function unfetched(uid: number): Growing {
  return { uid, size: 0, internalDate: undefined, bytes: new Uint8Array(), state: 'growing' };
}

/** Each asks for one byte more than it takes in: so it shows whether the message goes on. */
function slicesOf(maxMessageBytes: number): readonly Slice[] {
  const ends = [...SLICE_ENDS.filter((end) => end < maxMessageBytes), maxMessageBytes];
  return ends.map((end, index) => {
    const before = ends[index - 1];
    const start = before === undefined ? 0 : before + 1;
    return { start, length: end + 1 - start, asksSize: start > 0 || end === maxMessageBytes };
  });
}

/** As many, from the first on, as still fit when each that isn't whole grows by the slice; at least one. */
function fitting(batch: readonly Growing[], slice: Slice): readonly Growing[] {
  if (slice.start === 0) return batch; // small enough by their number
  let bytes = 0;
  const end = batch.findIndex((mail, index) => {
    bytes += mail.bytes.length + (mail.state === 'growing' ? slice.length : 0);
    return index > 0 && bytes > BATCH_BYTES;
  });
  return end === -1 ? batch : batch.slice(0, end);
}

/** Empty when the message is gone, or the server gives nothing of it, which may mend. */
function grow(
  mail: Growing,
  fetched: FetchedSlice | undefined,
  slice: Slice,
  maxMessageBytes: number,
): Growing[] {
  if (mail.state !== 'growing') return [mail];
  if (fetched === undefined || (slice.start === 0 && fetched.bytes.length === 0)) return [];
  // A server that doesn't know partial fetches gives the whole message.
  const isWholeAnyway = fetched.bytes.length > slice.length;
  const isFirst = mail.bytes.length === 0;
  const bytes = isWholeAnyway || isFirst ? fetched.bytes : Buffer.concat([mail.bytes, fetched.bytes]);
  if (bytes.length > maxMessageBytes) return [{ ...fetched, bytes: new Uint8Array(), state: 'too-large' }];
  const isWhole = isWholeAnyway || fetched.bytes.length < slice.length;
  return [{ ...fetched, bytes, state: isWhole ? 'whole' : 'growing' }];
}

/** Of a message that is said to be too large one byte behind the limit is fetched: if it is there, the rest isn't needed. */
async function withoutOversized(
  client: ImapFlow,
  batch: readonly Growing[],
  maxMessageBytes: number,
): Promise<readonly Growing[]> {
  const suspects = batch.filter(({ state, size }) => state === 'growing' && size > maxMessageBytes);
  if (suspects.length === 0) return batch;
  const beyond = { start: maxMessageBytes, length: 1, asksSize: false };
  const { mails } = await fetchSlice(
    client,
    suspects.map(({ uid }) => uid),
    beyond,
  );
  return batch.map((mail) =>
    (mails.get(mail.uid)?.bytes.length ?? 0) > 0
      ? { ...mail, bytes: new Uint8Array(), state: 'too-large' as const }
      : mail,
  );
}

/** Those before the first one of which a piece is missing now. */
function wholeOnes(before: readonly Growing[], after: readonly Growing[]): readonly Growing[] {
  const byUid = new Map(after.map((mail) => [mail.uid, mail]));
  const end = before.findIndex(({ uid }) => (byUid.get(uid)?.state ?? 'growing') === 'growing');
  return after.slice(0, end === -1 ? after.length : end);
}

function orThrow(batch: readonly Growing[], error: unknown): readonly Growing[] {
  if (batch.length === 0) throw error;
  return batch;
}

function waitingMail({ uid, size, internalDate, bytes, state }: Growing, uidValidity: string): WaitingMail {
  return {
    position: { uidValidity, uid },
    receivedAt: timeOf(internalDate),
    raw: state === 'whole' ? bytes : null,
    size: size === 0 ? bytes.length : size,
  };
}

/** A server that doesn't say when mail came must not make it older than the reports in it. */
function timeOf(internalDate: Date | string | undefined): number {
  const time = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return Number.isFinite(time) ? time : Date.now();
}
