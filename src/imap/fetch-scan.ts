import type { ImapFlow, MailboxObject } from 'imapflow';
import type { MailPosition, MailScan } from '../ports/report-mailbox.js';
import { MailboxError } from './mailbox-error.js';
import { DONE_KEYWORD } from './settle-mail.js';

/** UIDs of one scan; what lies behind them is found by the next. A lying server can't fill the memory. */
const LONGEST_SCAN = 1_000_000;

/** Mails of one answer, about: reading longer ones would keep everything else waiting. */
const WINDOW_MAILS = 2500;

/** Waits: not deleted, and not marked by us. Whether somebody has read it makes no difference. */
const WAITING = { deleted: false, unKeyword: DONE_KEYWORD } as const;

/** The folder that is open. Throws MailboxError when there is none, which means that the connection broke. */
export function selected(client: ImapFlow): MailboxObject {
  if (client.mailbox === false) throw new MailboxError('no folder is open', 'connection');
  return client.mailbox;
}

export function positionKey({ uidValidity, uid }: MailPosition): string {
  return `${uidValidity}/${uid}`;
}

/**
 * UIDs of the mail that waits in the selected folder, ascending, but for those in `skip`, by UIDVALIDITY. Throws
 * MailboxError.
 */
export async function scanFolder(
  client: ImapFlow,
  skip: ReadonlyMap<string, ReadonlySet<number>>,
): Promise<MailScan> {
  const uidValidity = String(selected(client).uidValidity);
  const found = await searchWaiting(client);
  const skipped = skip.get(uidValidity);
  return { uidValidity, uids: skipped === undefined ? found : found.filter((uid) => !skipped.has(uid)) };
}

interface Extent {
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

async function searchWaiting(client: ImapFlow): Promise<readonly number[]> {
  const extent = await extentOfWaiting(client);
  if (extent?.count === 0) return [];
  // Nothing lies between them: nearly always so, and then this is all for 100,000 UIDs.
  if (extent !== null && extent.count === extent.max - extent.min + 1)
    return numbersFrom(extent.min, Math.min(extent.count, LONGEST_SCAN));
  const uids = new Set<number>();
  for (const window of windowsOf(extent ?? extentOfFolder(selected(client)))) {
    for (const uid of await searchWindow(client, window)) uids.add(uid);
    if (uids.size >= LONGEST_SCAN) break;
  }
  return [...uids].toSorted((a, b) => a - b).slice(0, LONGEST_SCAN);
}

/** RFC 4731. Null: the server can't do that. Not ALL: imapflow takes a minute to read a set of 100,000 single UIDs. */
async function extentOfWaiting(client: ImapFlow): Promise<Extent | null> {
  if (!client.capabilities.has('ESEARCH')) return null;
  const found = await client.search(WAITING, { uid: true, returnOptions: ['MIN', 'MAX', 'COUNT'] });
  // Without a count it is no answer to what was asked: not to be taken for an empty folder.
  if (typeof found !== 'object' || Array.isArray(found) || found.count === undefined) return null;
  const { count, min = 0, max = 0 } = found;
  return count === 0 || (min > 0 && max - min + 1 >= count) ? { min, max, count } : null;
}

/** Of all mail, waiting or not. The server need not tell the next UID, and imapflow may know an older one. */
function extentOfFolder({ exists, uidNext }: MailboxObject): Extent {
  const last = Number.isFinite(uidNext) ? uidNext - 1 : 0;
  return { min: 1, max: Math.max(exists, last, 1), count: Math.max(exists, 1) };
}

function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Sequence sets that hold as many mails each, when these lie evenly; the last is open, for what came since. */
function windowsOf({ min, max, count }: Extent): readonly string[] {
  const windows = Math.ceil(Math.min(count, LONGEST_SCAN) / WINDOW_MAILS);
  const width = Math.ceil((max - min + 1) / windows);
  return Array.from({ length: windows }, (_, index) => {
    const first = min + index * width;
    return index === windows - 1 ? `${first}:*` : `${first}:${first + width - 1}`;
  });
}

async function searchWindow(client: ImapFlow, uid: string): Promise<readonly number[]> {
  const found = await client.search({ ...WAITING, uid }, { uid: true });
  if (Array.isArray(found)) return found;
  const trouble = client.usable ? 'server' : 'connection';
  throw new MailboxError('the server did not answer the search of the folder', trouble);
}
