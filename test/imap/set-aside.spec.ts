import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ImapMailbox, type ImapMailboxOptions } from '../../src/imap/imap-mailbox.js';
import type { SetAsideMail, WaitingMail } from '../../src/ports/report-mailbox.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot } from '../lab/dovecot.js';
import { until } from '../lab/until.js';
import { mailboxOptions } from './mailbox-options.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };
const FAILED = 'DMARC/Unreadable';
const SMALL_LIMIT = 5_000;

function mail(id: string | null, length = 100): string {
  const field = id === null ? '' : `message-id:\r\n <${id}@example.net>\r\n`;
  return `From: a@example.net\r\n${field}Subject: report\r\n\r\n${'x'.repeat(length)}\r\n`;
}

describeWith(['dovecot-imapd'], 'mail in the folder of unreadable mail', () => {
  let server: Dovecot;
  const open: ImapMailbox[] = [];

  beforeAll(async () => {
    server = await startDovecot({ users: [USER] });
  });
  beforeEach(async () => {
    await server.as(async (client) => {
      for (const { path, flags } of await client.list()) {
        if (flags.has('\\Noselect')) continue;
        const lock = await client.getMailboxLock(path);
        await client.messageDelete('1:*', { uid: true });
        lock.release();
      }
    });
  });
  afterEach(async () => {
    for (const box of open.splice(0)) await box.close();
  });
  afterAll(() => server?.stop());

  function mailbox(more: Partial<ImapMailboxOptions> = {}): ImapMailbox {
    const box = new ImapMailbox({ ...mailboxOptions(USER), port: server.port, ...more });
    open.push(box);
    return box;
  }

  /** What waits, once it is put aside as unreadable. */
  async function putAside(box: ImapMailbox): Promise<readonly WaitingMail[]> {
    const { uidValidity, uids } = await box.scan();
    const mails = await box.fetch(uidValidity, uids);
    await box.settle(
      mails.map(({ position }) => position),
      'unreadable',
    );
    return mails;
  }

  async function sizesIn(path: string): Promise<readonly number[]> {
    return server.as(async (client) => {
      const lock = await client.getMailboxLock(path);
      const all = await client.fetchAll('1:*', { size: true, uid: true }, { uid: true });
      lock.release();
      return all.map(({ size = 0 }) => size);
    });
  }

  async function datesIn(path: string): Promise<readonly (number | undefined)[]> {
    return server.as(async (client) => {
      const lock = await client.getMailboxLock(path);
      const all = await client.fetchAll('1:*', { internalDate: true, uid: true }, { uid: true });
      lock.release();
      return all.map(({ internalDate = 0 }) => new Date(internalDate).getTime());
    });
  }

  function aside({ receivedAt, size }: WaitingMail, messageId: string | null): SetAsideMail {
    return { receivedAt, messageId, size };
  }

  it('goes where read mail goes once it is read: that mail alone', async () => {
    await server.append('INBOX', [mail('1'), mail('2', 200), mail(null, 300), mail(null, 400)]);
    const box = mailbox();
    const [one, , three] = await putAside(box);
    const wanted = [aside(one!, '<1@example.net>'), aside(three!, null)];
    const strangers = [
      aside(one!, '<9@example.net>'),
      { receivedAt: 1000, messageId: '<2@example.net>', size: 200 },
    ];
    expect(await box.recover([...strangers, ...wanted], 'report')).toEqual(wanted);
    const [first, second, third, fourth] = [mail('1'), mail('2', 200), mail(null, 300), mail(null, 400)];
    expect(await sizesIn('DMARC/Reports')).toEqual([first.length, third.length]);
    expect(await sizesIn(FAILED)).toEqual([second.length, fourth.length]);
    expect(await box.recover(wanted, 'report')).toEqual([]);
  });

  it('goes back to where it came from when it was too large, and is so no more', async () => {
    await server.append('INBOX', [mail('1', 10_000), mail('2', 20_000)]);
    const before = mailbox({ maxMessageBytes: SMALL_LIMIT });
    const mails = await putAside(before);
    expect(mails.map(({ raw }) => raw)).toEqual([null, null]);
    const wanted = mails.map((it) => aside(it, null));
    expect(await before.recover(wanted, 'anew')).toEqual([]);
    const box = mailbox({ maxMessageBytes: 15_000 });
    expect(await box.recover(wanted, 'anew')).toHaveLength(1);
    const { uidValidity, uids } = await box.scan();
    const [back, ...others] = await box.fetch(uidValidity, uids);
    expect(back?.raw?.length).toBe(mail('1', 10_000).length);
    expect(back?.receivedAt).toBe(mails[0]!.receivedAt);
    expect(others).toEqual([]);
  });

  it('is found whatever its server says of when it came: that was wrong, and is stored otherwise', async () => {
    const texts = [mail('1'), mail('2', 200), mail(null, 300), mail('4', 10_000)];
    await server.append('INBOX', texts);
    const mails = await putAside(mailbox({ maxMessageBytes: SMALL_LIMIT }));
    const [one, , three, four] = mails.map((it) => ({ ...it, receivedAt: it.receivedAt + 1000 }));
    const wanted = [aside(one!, '<1@example.net>'), aside(three!, null)];
    const others = [
      { ...wanted[0]!, size: 1 },
      { ...wanted[1]!, size: texts[1]!.length },
    ];
    const box = mailbox();
    expect(await box.recover([...others, ...wanted], 'report')).toEqual(wanted);
    expect(await box.recover([aside(four!, null)], 'anew')).toHaveLength(1);
    expect(await sizesIn('DMARC/Reports')).toEqual([texts[0]!.length, texts[2]!.length]);
    expect(await sizesIn('INBOX')).toEqual([texts[3]!.length]);
    expect(await sizesIn(FAILED)).toEqual([texts[1]!.length]);
  });

  it('is told from another with its Message-ID and size by when it came', async () => {
    const [box, texts] = [mailbox(), [mail('1'), mail('1'), mail('1')]];
    for (const [day, text] of texts.entries())
      await server.as((client) => client.append('INBOX', text, [], new Date(Date.UTC(2026, 0, 1 + day))));
    const [one, two, three] = await putAside(box);
    const corrected = { ...aside(one!, '<1@example.net>'), receivedAt: Date.UTC(2026, 0, 9) };
    const exact = [aside(three!, '<1@example.net>'), aside(two!, '<1@example.net>')];
    expect(await box.recover(exact.slice(1), 'report')).toHaveLength(1);
    expect(await datesIn('DMARC/Reports')).toEqual([two!.receivedAt]);
    expect(await box.recover([corrected, exact[0]!], 'tls-report')).toEqual([exact[0], corrected]);
    expect(await sizesIn(FAILED)).toEqual([]);
  });

  it('is found by Message-ID and date where the server only guesses at sizes', async () => {
    await server.append('INBOX', [mail('1')]);
    const box = mailbox();
    const [one] = await putAside(box);
    expect(await box.recover([{ ...aside(one!, '<1@example.net>'), size: 7 }], 'report')).toHaveLength(1);
  });

  it('stays when a person deleted it, and need not be there at all', async () => {
    await server.append('INBOX', [mail('1')]);
    const box = mailbox();
    const [one] = await putAside(box);
    await server.as(async (client) => {
      const lock = await client.getMailboxLock(FAILED);
      await client.messageFlagsAdd('1:*', ['\\Deleted'], { uid: true });
      lock.release();
    });
    const wanted = [aside(one!, '<1@example.net>')];
    expect(await box.recover(wanted, 'report')).toEqual([]);
    expect(await mailbox({ failedFolder: 'No/Such' }).recover(wanted, 'report')).toEqual([]);
  });

  it('does not keep the watch from hearing of new mail', async () => {
    await server.append('INBOX', [mail('1')]);
    const box = mailbox();
    const [one] = await putAside(box);
    let calls = 0;
    const stop = new AbortController();
    const watching = box.watch(() => {
      calls += 1;
    }, stop.signal);
    await until('it watches', () => calls === 1);
    expect(await box.recover([aside(one!, '<1@example.net>')], 'report')).toHaveLength(1);
    const heard = calls;
    await server.append('INBOX', [mail('2')]);
    await until('it hears of it', () => calls > heard);
    stop.abort();
    await watching;
  });
});
