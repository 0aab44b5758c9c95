import type { FetchMessageObject, ImapFlow, MailboxLockObject } from 'imapflow';
import type { SetAsideMail } from '../ports/report-mailbox.js';
import { uidSets } from './imap-uid-sets.js';
import { MailboxError } from './mailbox-error.js';
import { canMove, ensureFolder, folderPath } from './settle-mail.js';
import { readableText, splitHeader } from './unpack/mail-header.js';

export interface Recovery {
  /** Where mail that can't be read was put. */
  readonly from: string;
  readonly to: string;
  /** Bytes; larger mail stays where it is. Infinity for mail that was fetched: then its Message-ID is known. */
  readonly largest: number;
}

/**
 * Moves those of these mails that lie in a folder to another one; gives them. Throws a MailboxError when the server
 * doesn't move mail. What is deleted, or not there any more, stays as it is.
 */
export async function recoverMails<T extends SetAsideMail>(
  client: ImapFlow,
  mails: readonly T[],
  { from, to, largest }: Recovery,
): Promise<readonly T[]> {
  const lock = await lockFolder(client, from);
  if (lock === null) return [];
  try {
    const found = await findMails(client, mails, largest);
    if (found.size === 0) return [];
    await ensureFolder(client, to);
    for (const set of uidSets([...found.values()])) await moveSet(client, set, { from, to });
    return [...found.keys()];
  } finally {
    lock.release();
  }
}

async function moveSet(
  client: ImapFlow,
  set: string,
  { from, to }: Pick<Recovery, 'from' | 'to'>,
): Promise<void> {
  const moved = canMove(client) && (await client.messageMove(set, folderPath(to), { uid: true }));
  if (!moved) throw new MailboxError(`the server moves no mail from ${from} to ${to}`, 'server');
}

/** Null: there is no such folder. */
async function lockFolder(client: ImapFlow, folder: string): Promise<MailboxLockObject | null> {
  try {
    return await client.getMailboxLock(folderPath(folder));
  } catch (error) {
    const isMissing = error instanceof Error && 'mailboxMissing' in error && error.mailboxMissing === true;
    if (isMissing) return null;
    throw error;
  }
}

interface FoundMail extends SetAsideMail {
  readonly uid: number;
}

/** What is the same of a mail as it is stored and as it lies there. */
type Way = (mail: SetAsideMail) => string;

/**
 * The surest first. The date tells apart what is alike otherwise, and excludes none: where the server's was wrong, another is
 * stored. Where the server only guesses at sizes, Message-ID and date do.
 */
const WAYS_OF_FETCHED: readonly Way[] = [
  ({ messageId, size, receivedAt }) => JSON.stringify([messageId, size, receivedAt]),
  ({ messageId, size }) => JSON.stringify([messageId, size]),
  ({ messageId, size, receivedAt }) => JSON.stringify([messageId ?? size, 'at', receivedAt]),
];

/** If it was another that was as large, that one is only read again. */
const WAYS_OF_UNFETCHED: readonly Way[] = [
  ({ size, receivedAt }) => JSON.stringify([size, receivedAt]),
  ({ size }) => JSON.stringify([size]),
];

/** UIDs of those that lie in the selected folder. Moving keeps the time of arrival (RFC 6851 3.3, RFC 9051 6.4.7). */
async function findMails<T extends SetAsideMail>(
  client: ImapFlow,
  mails: readonly T[],
  largest: number,
): Promise<ReadonlyMap<T, number>> {
  const ways = largest === Infinity ? WAYS_OF_FETCHED : WAYS_OF_UNFETCHED;
  const keys = new Set(mails.flatMap((mail) => ways.map((way) => way(mail))));
  const isSought = (mail: SetAsideMail): boolean => ways.some((way) => keys.has(way(mail)));
  const there = new Set(await mailsThere(client, largest, isSought));
  const found = new Map<T, number>();
  for (const way of ways) {
    const left = mails.filter((mail) => !found.has(mail));
    const wanted = byKey(left, way);
    for (const message of there) {
      const mail = wanted.get(way(message))?.pop();
      if (mail === undefined) continue;
      found.set(mail, message.uid);
      there.delete(message);
    }
  }
  return found;
}

function byKey<T extends SetAsideMail>(mails: readonly T[], way: Way): ReadonlyMap<string, T[]> {
  const known = new Map<string, T[]>();
  for (const mail of mails) {
    const alike = known.get(way(mail));
    if (alike === undefined) known.set(way(mail), [mail]);
    else alike.push(mail);
  }
  return known;
}

/** Those of the selected folder that may be sought, in its order. */
async function mailsThere(
  client: ImapFlow,
  largest: number,
  isSought: (mail: SetAsideMail) => boolean,
): Promise<readonly FoundMail[]> {
  const there: FoundMail[] = [];
  if (client.mailbox === false || client.mailbox.exists === 0) return there;
  for await (const message of client.fetch('1:*', QUERY, { uid: true })) {
    const mail = foundMail(message);
    if (message.flags?.has('\\Deleted') === true || mail.size > largest) continue;
    if (isSought(mail)) there.push(mail);
  }
  return there;
}

/** Bytes of a Message-ID that are looked at. */
const LONGEST_FIELD = 16 * 1024;
const QUERY = { uid: true, flags: true, internalDate: true, size: true, headers: ['message-id'] };

function foundMail(message: FetchMessageObject): FoundMail {
  const { uid, size = 0, internalDate = Number.NaN } = message;
  return { uid, messageId: messageIdOf(message), size, receivedAt: new Date(internalDate).getTime() };
}

function messageIdOf({ headers }: FetchMessageObject): string | null {
  if (headers === undefined) return null;
  const { header } = splitHeader(headers.subarray(0, LONGEST_FIELD));
  return readableText(header.first('message-id'));
}
