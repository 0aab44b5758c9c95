import type { ImapFlow, MailboxObject } from 'imapflow';

/** Marks mail that is done where it can't be moved. */
export const DONE_KEYWORD = '$DmarcRatchetDone';

/** What became of the mail: gone from the folder, marked in it, or still there as it was. */
export type Settled = 'moved' | 'marked' | 'left';

/**
 * Takes mail out of the selected folder, into another that is made when it is missing. Where the server can't do that
 * without touching other mail, or won't, it marks the mail. UIDs that are gone make no difference.
 */
export async function settleMail(
  client: ImapFlow,
  uids: readonly number[],
  folder: string,
): Promise<Settled> {
  const range = uids.join(',');
  if (canMove(client) && (await move(client, range, folder))) return 'moved';
  if (!permitsKeyword(client.mailbox)) return 'left';
  const marked = await client.messageFlagsAdd(range, [DONE_KEYWORD], { uid: true });
  return marked ? 'marked' : 'left';
}

/**
 * RFC 6851, or its emulation with COPY and UID EXPUNGE (RFC 4315). A plain EXPUNGE would also delete what people have
 * marked as deleted.
 */
function canMove(client: ImapFlow): boolean {
  return ['MOVE', 'UIDPLUS', 'IMAP4REV2'].some((capability) => client.capabilities.has(capability));
}

async function move(client: ImapFlow, range: string, folder: string): Promise<boolean> {
  const path = folderPath(folder);
  if (await client.messageMove(range, path, { uid: true })) return true;
  // TRYCREATE (RFC 9051 7.1): most likely it is missing. A second failure is told by the mark.
  try {
    await client.mailboxCreate(path);
  } catch {
    return false;
  }
  return (await client.messageMove(range, path, { uid: true })) !== false;
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
