import { afterEach, beforeEach } from 'vitest';
import { ImapMailbox, type ImapMailboxOptions } from '../../src/imap/imap-mailbox.js';
import type { WaitingMail } from '../../src/ports/report-mailbox.js';
import { namedIn, startScriptedImap, type Script, type ScriptedImap } from '../lab/scripted-imap.js';
import { mailboxOptions } from './mailbox-options.js';

/** The server of the test that runs. */
export let server: ScriptedImap;
const open: ImapMailbox[] = [];

/** Gives each test of a file a scripted server of its own, and closes its mailboxes and it afterwards. */
export function useScriptedServer(): void {
  beforeEach(async () => {
    server = await startScriptedImap();
  });
  afterEach(async () => {
    for (const box of open.splice(0)) await box.close();
    await server.stop();
  });
}

export function mailbox(more: Partial<ImapMailboxOptions> = {}): ImapMailbox {
  const user = { name: 'reports', password: 'not-a-secret-9' };
  const box = new ImapMailbox({ ...mailboxOptions(user), port: server.port, random: () => 0, ...more });
  open.push(box);
  return box;
}

export function text(length: number, uid = 1): Buffer {
  return Buffer.alloc(length, `Subject: mail ${uid}\r\n\r\n`);
}

export function mails(count: number, length = 100): ScriptedImap['mails'] {
  return Array.from({ length: count }, (_, index) => ({ uid: index + 1, bytes: text(length, index + 1) }));
}

export async function fetchAll(box: ImapMailbox): Promise<readonly WaitingMail[]> {
  const { uidValidity, uids } = await box.scan();
  return box.fetch(uidValidity, uids);
}

export function uidsOf(batch: readonly WaitingMail[]): readonly number[] {
  return batch.map(({ position }) => position.uid);
}

/** Answers FETCH commands in another way; what the function leaves alone is answered as usual. */
export function onFetch(answer: (uids: readonly number[], ...more: Parameters<Script>) => boolean): Script {
  return (command, reply) =>
    command.verb === 'UID FETCH' &&
    answer(
      namedIn(server.mails, command.rest).map(({ uid }) => uid),
      command,
      reply,
    );
}
