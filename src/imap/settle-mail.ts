import type { ImapFlow, MailboxObject } from 'imapflow';
import { MailboxError } from './mailbox-error.js';
import { uidSets } from './imap-uid-sets.js';

/** Marks mail that is done where it can't be moved. */
export const DONE_KEYWORD = '$DmarcRatchetDone';

/** What became of the mail: gone from the folder, marked in it, or still there as it was. */
export type Settled = 'moved' | 'marked' | 'left';

/**
 * Takes mail out of the selected folder, into another one, with one command if the UIDs fit into a line. Where the
 * server can't do that without touching other mail, or won't, it marks the mail. UIDs that are gone make no difference.
 * Throws MailboxError when the connection broke: some of it may be done.
 *
 * Few large sets are much cheaper than many small ones: on maildir Dovecot looks at the whole folder for each MOVE.
 */
export async function settleMail(
  client: ImapFlow,
  uids: readonly number[],
  folder: string,
): Promise<Settled> {
  let settled: Settled = 'moved';
  for (const set of uidSets(uids)) {
    const one = await settleSet(client, set, folder);
    if (one !== 'moved') settled = one;
  }
  return settled;
}

async function settleSet(client: ImapFlow, set: string, folder: string): Promise<Settled> {
  if (canMove(client)) {
    const moved = await client.messageMove(set, folderPath(folder), { uid: true });
    stillConnected(client);
    if (moved) return 'moved';
  }
  if (!permitsKeyword(client.mailbox)) return 'left';
  const marked = await client.messageFlagsAdd(set, [DONE_KEYWORD], { uid: true });
  stillConnected(client);
  return marked ? 'marked' : 'left';
}

/** imapflow answers false both when the server says NO and when it is gone. */
function stillConnected(client: ImapFlow): void {
  if (!client.usable) throw new MailboxError('the connection broke while mail was moved', 'connection');
}

/**
 * RFC 6851, or its emulation with COPY and UID EXPUNGE (RFC 4315). A plain EXPUNGE would also delete what people have
 * marked as deleted.
 */
export function canMove(client: ImapFlow): boolean {
  return ['MOVE', 'UIDPLUS'].some((capability) => client.capabilities.has(capability));
}

/** Makes a folder when it is missing. A server that won't shows that when mail is moved into it. */
export async function ensureFolder(client: ImapFlow, folder: string): Promise<void> {
  if (!canMove(client)) return;
  await client.mailboxCreate(folderPath(folder)).catch(() => null);
  stillConnected(client);
}

/** `DMARC/Reports` in pieces: imapflow joins them with the server's delimiter, below its namespace. */
export function folderPath(folder: string): string[] {
  return folder.split('/').filter((piece) => piece !== '');
}

function permitsKeyword(mailbox: MailboxObject | false): boolean {
  if (mailbox === false || mailbox.readOnly) return false;
  const permitted = mailbox.permanentFlags;
  return permitted === undefined || permitted.has('\\*') || permitted.has(DONE_KEYWORD);
}
