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
  /** Bytes; larger mail stays where it is. */
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

/** UIDs of those that lie in the selected folder. Moving keeps the time of arrival (RFC 6851 3.3, RFC 9051 6.4.7). */
async function findMails<T extends SetAsideMail>(
  client: ImapFlow,
  mails: readonly T[],
  largest: number,
): Promise<ReadonlyMap<T, number>> {
  const found = new Map<T, number>();
  if (client.mailbox === false || client.mailbox.exists === 0) return found;
  const byTime = new Map<number, T[]>();
  for (const mail of mails) byTime.set(mail.receivedAt, [...(byTime.get(mail.receivedAt) ?? []), mail]);
  for await (const message of client.fetch('1:*', QUERY, { uid: true })) {
    if (message.flags?.has('\\Deleted') === true || (message.size ?? 0) > largest) continue;
    const candidates = byTime.get(new Date(message.internalDate ?? Number.NaN).getTime()) ?? [];
    const mail = candidates.find((it) => !found.has(it) && isSame(it, message));
    if (mail !== undefined) found.set(mail, message.uid);
  }
  return found;
}

/** Bytes of a Message-ID that are looked at. */
const LONGEST_FIELD = 16 * 1024;
const QUERY = { uid: true, flags: true, internalDate: true, size: true, headers: ['message-id'] };

function isSame({ messageId, size }: SetAsideMail, message: FetchMessageObject): boolean {
  return messageId === null ? message.size === size : messageIdOf(message) === messageId;
}

function messageIdOf({ headers }: FetchMessageObject): string | null {
  if (headers === undefined) return null;
  const { header } = splitHeader(headers.subarray(0, LONGEST_FIELD));
  return readableText(header.first('message-id'));
}
