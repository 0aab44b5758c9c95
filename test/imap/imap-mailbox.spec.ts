import net, { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ImapMailbox, type ImapMailboxOptions } from '../../src/imap/imap-mailbox.js';
import type { MailPosition, WaitingMail } from '../../src/ports/report-mailbox.js';
import { describeWith } from '../lab/debian-packages.js';
import { startDovecot, type Dovecot, type DovecotOptions } from '../lab/dovecot.js';
import { until } from '../lab/until.js';
import { mailWith } from './report-mail.js';

const USER = { name: 'reports', password: 'not-a-secret-9' };

function mail(subject: string): Buffer {
  return mailWith([{ type: 'application/gzip', bytes: 'x', name: 'x.gz' }], { subject });
}

function subjects(mails: readonly WaitingMail[]): readonly (string | null)[] {
  return mails.map(({ raw }) => /^Subject: (.*)\r$/m.exec(Buffer.from(raw ?? []).toString())?.[1] ?? null);
}

/** All that waits, as a workflow would take it: scan, then batch after batch. */
async function fetchWaiting(box: ImapMailbox): Promise<readonly WaitingMail[]> {
  const { uidValidity, uids } = await box.scan();
  const mails: WaitingMail[] = [];
  for (let rest = uids; rest.length > 0;) {
    const batch = await box.fetch(uidValidity, rest);
    const last = batch.at(-1)?.position.uid ?? Infinity;
    mails.push(...batch);
    rest = rest.filter((uid) => uid > last);
  }
  return mails;
}

function positions(mails: readonly WaitingMail[]): readonly MailPosition[] {
  return mails.map(({ position }) => position);
}

interface Lab {
  readonly server: () => Dovecot;
  /** The folder's name on the server. */
  readonly folder: () => string;
  readonly mailbox: (more?: Partial<ImapMailboxOptions>) => ImapMailbox;
  readonly append: (...mails: readonly Buffer[]) => Promise<number[]>;
  /** Subjects in a folder, by its name on the server. */
  readonly contents: (folder: string) => Promise<readonly string[]>;
  readonly count: () => number;
}

/** What the suites share: a server for all tests of a suite, a fresh folder and mailbox for each. */
function lab(options: Omit<DovecotOptions, 'users'> = {}): Lab {
  let server: Dovecot;
  let mailboxes: ImapMailbox[] = [];
  let count = 0;
  const current = { folder: '' };

  beforeAll(async () => {
    server = await startDovecot({ users: [USER], ...options });
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    count += 1;
    const separator = options.namespace?.separator ?? '/';
    current.folder = `${options.namespace?.prefix ?? ''}In${separator}${count}`;
    await server.as((client) => client.mailboxCreate(current.folder));
  });
  afterEach(async () => {
    await Promise.all(mailboxes.map((mailbox) => mailbox.close()));
    mailboxes = [];
  });

  return {
    server: () => server,
    folder: () => current.folder,
    mailbox: (more = {}) => {
      const made = new ImapMailbox({
        name: 'rua',
        host: '127.0.0.1',
        port: server.port,
        tls: 'none',
        user: USER.name,
        tlsCa: null,
        password: USER.password,
        accessTokens: null,
        folder: `In/${count}`,
        pollSeconds: 300,
        reportFolder: `DMARC/Reports ${count}`,
        failedFolder: `DMARC/Unreadable ${count}`,
        otherFolder: `DMARC/Not-reports ${count}`,
        maxMessageBytes: 10_000,
        ...more,
      });
      mailboxes.push(made);
      return made;
    },
    append: (...mails: readonly Buffer[]) => server.append(current.folder, mails),
    contents: (folder) =>
      server.as(async (client) => {
        const found = await client.list();
        if (found.every(({ path }) => path !== folder)) return [];
        await client.mailboxOpen(folder);
        const mails = await client.fetchAll('1:*', { envelope: true });
        return mails.map(({ envelope }) => envelope?.subject ?? '');
      }),
    count: () => count,
  };
}

describeWith(['dovecot-imapd'], 'a mailbox on Dovecot', () => {
  const { server, folder, mailbox, append, contents, count } = lab();

  it('gives what waits, oldest first, also what somebody has read', async () => {
    await append(mail('one'), mail('two'), mail('three'));
    await server().as(async (client) => {
      await client.mailboxOpen(folder());
      await client.messageFlagsAdd('2', ['\\Seen', '\\Flagged']);
    });
    const before = Date.now() - 120_000;
    const waiting = await fetchWaiting(mailbox());
    expect(subjects(waiting)).toEqual(['one', 'two', 'three']);
    expect(waiting.every(({ receivedAt }) => receivedAt > before && receivedAt < Date.now() + 120_000)).toBe(
      true,
    );
    expect(waiting.map(({ raw, size }) => raw?.length === size)).toEqual([true, true, true]);
  });

  it('gives nothing of an empty folder', async () => {
    expect(await fetchWaiting(mailbox())).toEqual([]);
  });

  it('gives those that were asked for, in their order, but for those that are gone', async () => {
    const [one, two, three] = await append(mail('one'), mail('two'), mail('three'));
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    expect(uids).toEqual([one, two, three]);
    expect(subjects(await box.fetch(uidValidity, [three!, 4_000_000, one!]))).toEqual(['three', 'one']);
    expect(subjects(await box.fetch(uidValidity, [two!]))).toEqual(['two']);
    expect(await box.fetch(uidValidity, [4_000_000])).toEqual([]);
    expect(await box.fetch(uidValidity, [])).toEqual([]);
  });

  it('marks nothing as read', async () => {
    await append(mail('one'));
    const box = mailbox();
    await fetchWaiting(box);
    const flags = await server().as(async (client) => {
      await client.mailboxOpen(folder());
      return (await client.fetchAll('1:*', { flags: true })).map((it) => [...(it.flags ?? [])]);
    });
    expect(flags.flat()).not.toContain('\\Seen');
  });

  it('a position of another UIDVALIDITY is none', async () => {
    await append(mail('one'));
    const box = mailbox();
    const [old] = positions(await fetchWaiting(box));
    await box.close();
    await server().as(async (client) => {
      await client.mailboxDelete(folder());
      await client.mailboxCreate(folder());
    });
    await append(mail('new'));
    const again = mailbox();
    const waiting = await fetchWaiting(again);
    expect(subjects(waiting)).toEqual(['new']);
    expect(waiting[0]?.position.uid).toBe(old?.uid);
    expect(await again.fetch(old!.uidValidity, [old!.uid])).toEqual([]);
    await again.settle([old!], 'report');
    expect(await contents(folder())).toEqual(['new']);
  });

  it('tells of too large a mail without its content', async () => {
    await append(mail('one'), Buffer.concat([mail('large'), Buffer.alloc(10_000, 'x')]), mail('three'));
    const waiting = await fetchWaiting(mailbox());
    expect(waiting.map(({ raw, size }) => [raw === null, size > 10_000])).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  it('moves what is settled into folders that it makes', async () => {
    await append(...['one', 'two', 'three', 'four', 'five', 'six'].map(mail));
    const box = mailbox();
    const [one, two, three, four, five] = positions(await fetchWaiting(box));
    await box.settle([one!], 'report');
    await box.settle([two!], 'not-a-report');
    await box.settle([three!], 'unreadable');
    await box.settle([four!], 'tls-report');
    await box.settle([five!], 'failure-report');
    expect(await contents(`DMARC/Reports ${count()}`)).toEqual(['one']);
    expect(await contents(`DMARC/Not-reports ${count()}`)).toEqual(['two', 'four', 'five']);
    expect(await contents(`DMARC/Unreadable ${count()}`)).toEqual(['three']);
    expect(subjects(await fetchWaiting(box))).toEqual(['six']);
  });

  it('settling again, or mail that is gone, changes nothing', async () => {
    await append(mail('one'), mail('two'));
    const box = mailbox();
    const all = positions(await fetchWaiting(box));
    await box.settle(all, 'report');
    await box.settle(all, 'report');
    await box.settle([], 'report');
    await box.settle([{ uidValidity: all[0]!.uidValidity, uid: 4_000_000 }], 'report');
    expect(await contents(`DMARC/Reports ${count()}`)).toEqual(['one', 'two']);
  });

  it('goes on after all its connections were killed', async () => {
    await append(mail('one'));
    const box = mailbox();
    const [one] = positions(await fetchWaiting(box));
    await server().kickAll();
    await until('the operation to work again', () =>
      box.settle([one!], 'report').then(
        () => true,
        () => false,
      ),
    );
    expect(await contents(`DMARC/Reports ${count()}`)).toEqual(['one']);
  });

  it('a fetch that loses its connection fails with an error, and the next one works', async () => {
    await append(...Array.from({ length: 200 }, (_, i) => mail(`number ${i}`)));
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    const killed = server().kickAll();
    const outcomes = await Promise.allSettled([
      box.fetch(uidValidity, uids),
      box.fetch(uidValidity, uids),
      killed,
    ]);
    for (const outcome of outcomes.filter(({ status }) => status === 'rejected')) {
      expect(outcome).toMatchObject({ reason: { name: 'MailboxError', trouble: 'connection' } });
    }
    await until('the operation to work again', () =>
      fetchWaiting(box).then(
        (mails) => mails.length === 200,
        () => false,
      ),
    );
  });

  it('operations at the same time wait for each other', async () => {
    await append(mail('one'), mail('two'));
    const box = mailbox();
    const [first, second] = await Promise.all([fetchWaiting(box), fetchWaiting(box)]);
    expect([subjects(first), subjects(second)]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('a wrong password is told without the password', async () => {
    const box = mailbox({ password: 'wrong-secret-7' });
    const error: unknown = await box.scan().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'MailboxError', trouble: 'authentication' });
    expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain('wrong-secret-7');
    expect((error as Error).message).toMatch(/^mailbox rua: .*[Aa]uthentication/);
  });

  it('a server that refuses connections is told', async () => {
    await expect(mailbox({ port: 1 }).scan()).rejects.toMatchObject({
      name: 'MailboxError',
      trouble: 'connection',
    });
  });

  it('a folder that is missing is told', async () => {
    await expect(mailbox({ folder: 'Nowhere' }).scan()).rejects.toThrow(
      /^mailbox rua: the server has no such folder; make it there, or name another one with folder \(.*Nowhere.*\)$/,
    );
  });

  it('TLS that the server does not have is told, and nothing is sent in the clear', async () => {
    await expect(mailbox({ tls: 'starttls' }).scan()).rejects.toMatchObject({
      name: 'MailboxError',
    });
  });

  it('closes also while the server is silent', async () => {
    const silent = net.createServer(() => {});
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const box = mailbox({ port: (silent.address() as AddressInfo).port });
    const fetching = box.scan().catch((error: unknown) => error);
    await box.close();
    expect(await fetching).toMatchObject({ name: 'MailboxError', trouble: 'connection' });
    silent.close();
  });

  it('after close nothing works, and closing again is no error', async () => {
    const box = mailbox();
    await box.scan();
    await box.close();
    await box.close();
    await expect(box.scan()).rejects.toThrow('mailbox rua: closed');
  });
});

describeWith(['dovecot-imapd'], 'watching a mailbox on Dovecot', () => {
  const { server, mailbox, append } = lab();

  function watching(box: ImapMailbox) {
    const calls = { count: 0 };
    const stop = new AbortController();
    const ended = box.watch(() => {
      calls.count += 1;
    }, stop.signal);
    return { calls, stop, ended };
  }

  it('tells of mail as it arrives, until it is stopped', async () => {
    const box = mailbox();
    const { calls, stop, ended } = watching(box);
    await until('the first call', () => calls.count === 1);
    await append(mail('one'));
    await until('another call', () => calls.count > 1);
    expect(subjects(await fetchWaiting(box))).toEqual(['one']);
    const before = calls.count;
    await append(mail('two'));
    await until('a call for the new mail', () => calls.count > before);
    stop.abort();
    await ended;
  });

  it('comes back after its connection was killed, and tells of what it missed', async () => {
    const { calls, stop, ended } = watching(mailbox());
    await until('the first call', () => calls.count === 1);
    await server().kickAll();
    await until('another call', () => calls.count > 1);
    const before = calls.count;
    await append(mail('one'));
    await until('a call for the new mail', () => calls.count > before);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });

  it('goes on trying while the server is away, and tells of the trouble', async () => {
    const troubles: string[] = [];
    const box = mailbox({ port: 1, onTrouble: ({ message }) => troubles.push(message) });
    const { stop, ended } = watching(box);
    await until('two troubles', () => troubles.length > 1);
    stop.abort();
    await ended;
    expect(troubles[0]).toMatch(/^mailbox rua: /);
  });

  it('ends with the mailbox, or at once when it was stopped before', async () => {
    const box = mailbox();
    const { calls, ended } = watching(box);
    await until('the first call', () => calls.count === 1);
    await box.close();
    await ended;
    await mailbox().watch(() => expect.unreachable(), AbortSignal.abort());
  });
});

describeWith(['dovecot-imapd'], 'a mailbox below INBOX with dots between levels', () => {
  const { mailbox, append, contents, count } = lab({ namespace: { prefix: 'INBOX.', separator: '.' } });

  it('has its folders there', async () => {
    await append(mail('one'));
    const box = mailbox();
    await box.settle(positions(await fetchWaiting(box)), 'report');
    expect(await contents(`INBOX.DMARC.Reports ${count()}`)).toEqual(['one']);
  });
});

describeWith(['dovecot-imapd'], 'a server without MOVE', () => {
  const { mailbox, append, contents, count, folder } = lab({
    capability: 'IMAP4rev1 UIDPLUS NAMESPACE IDLE LITERAL+',
  });

  it('moves by copying, and deletes nothing else', async () => {
    await append(mail('one'), mail('two'));
    const box = mailbox();
    const [one] = positions(await fetchWaiting(box));
    await box.settle([one!], 'report');
    expect(await contents(`DMARC/Reports ${count()}`)).toEqual(['one']);
    expect(await contents(folder())).toEqual(['two']);
  });
});

describeWith(['dovecot-imapd'], 'a server that can neither move nor expunge one by one', () => {
  const { mailbox, append, contents, count, folder } = lab({
    capability: 'IMAP4rev1 NAMESPACE IDLE LITERAL+',
  });

  it('keeps the mail, marked as done', async () => {
    await append(mail('one'), mail('two'));
    const box = mailbox();
    const [one] = positions(await fetchWaiting(box));
    await box.settle([one!], 'report');
    expect(subjects(await fetchWaiting(box))).toEqual(['two']);
    expect(subjects(await fetchWaiting(mailbox()))).toEqual(['two']);
    expect(await contents(folder())).toEqual(['one', 'two']);
    expect(await contents(`DMARC/Reports ${count()}`)).toEqual([]);
  });
});
