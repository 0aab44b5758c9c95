import { describe, expect, it } from 'vitest';
import { fetchAnswer, namedIn } from '../lab/scripted-imap.js';
import { until } from '../lab/until.js';
import {
  fetchAll,
  mailbox,
  mails,
  onFetch,
  server,
  text,
  uidsOf,
  useScriptedServer,
} from './scripted-mailbox.js';

useScriptedServer();

describe('a server that lies about sizes', () => {
  it.each([
    ['too small', 10],
    ['zero', 0],
    ['too large', 5_000_000_000],
  ])('%s: the message comes whole', async (_, size) => {
    for (const length of [100, 32_768, 32_769, 32_770, 262_144, 262_145, 300_000, 2_097_153, 2_500_000]) {
      const bytes = text(length);
      server.mails = [{ uid: 1, bytes, size }];
      const [mail] = await fetchAll(mailbox({ maxMessageBytes: 2_500_000 }));
      expect({ length, same: bytes.equals(Buffer.from(mail?.raw ?? [])) }).toEqual({ length, same: true });
    }
  });

  it.each([
    ['too small', 10],
    ['zero', 0],
    ['the truth', 700_001],
  ])('%s: a message over the limit comes without content', async (_, size) => {
    server.mails = [...mails(2), { uid: 3, bytes: text(700_001), size }, { uid: 4, bytes: text(700_000) }];
    const batch = await fetchAll(mailbox({ maxMessageBytes: 700_000 }));
    expect(batch.map(({ raw }) => raw?.length ?? null)).toEqual([100, 100, null, 700_000]);
  });

  it('a message that says it is far too large is not fetched to its end', async () => {
    server.mails = [{ uid: 1, bytes: text(3_000_000) }];
    const [mail] = await fetchAll(mailbox());
    expect(mail).toMatchObject({ raw: null, size: 3_000_000 });
    const asked = server.commands.filter(({ verb }) => verb === 'UID FETCH').map(({ rest }) => rest);
    expect(asked.at(-1)).toContain('<1000000.1>');
  });

  it('batches stay small whatever is claimed', async () => {
    server.mails = mails(60, 400_000).map((mail) => ({ ...mail, size: 1 }));
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    let rest = uids;
    while (rest.length > 0) {
      const batch = await box.fetch(uidValidity, rest);
      const bytes = batch.reduce((sum, { raw }) => sum + (raw?.length ?? 0), 0);
      expect(bytes).toBeLessThanOrEqual(8 * 1024 * 1024);
      expect(uidsOf(batch)).toEqual(rest.slice(0, batch.length));
      rest = rest.slice(batch.length);
    }
  });

  it('a single message may be larger than a batch', async () => {
    server.mails = mails(3, 9_000_000);
    const box = mailbox({ maxMessageBytes: 10_000_000 });
    expect((await fetchAll(box)).map(({ raw }) => raw?.length)).toEqual([9_000_000]);
  });

  it('a server that sends the whole message, whatever part is asked for, is taken at its word', async () => {
    server.mails = mails(3, 100_000);
    server.script = onFetch((_uids, command, reply) => {
      const whole = command.rest.replace(/<\d+\.\d+>/, '<0.99999999>');
      for (const mail of namedIn(server.mails, command.rest)) reply.send(fetchAnswer(mail, mail.uid, whole));
      reply.end('OK done');
      return true;
    });
    expect((await fetchAll(mailbox())).map(({ raw }) => raw?.length)).toEqual([100_000, 100_000, 100_000]);
  });

  it('a flood of what was not asked for ends the connection, and what came before is given', async () => {
    server.mails = mails(250, 400_000);
    server.script = onFetch((_uids, command, reply) => {
      const whole = command.rest.replace(/<\d+\.\d+>/, '<0.99999999>');
      for (const mail of namedIn(server.mails, command.rest)) reply.send(fetchAnswer(mail, mail.uid, whole));
      reply.end('OK done');
      return true;
    });
    const batch = await fetchAll(mailbox());
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThan(100);
    expect(uidsOf(batch)).toEqual(uidsOf(batch).map((_, index) => index + 1));
  });

  it('a literal that is announced beyond all limits ends the connection', async () => {
    server.mails = mails(1);
    server.script = onFetch((_uids, _command, reply) => {
      reply.send('* 1 FETCH (UID 1 BODY[]<0> {9000000000}\r\n');
      return true;
    });
    await expect(fetchAll(mailbox())).rejects.toMatchObject({ name: 'MailboxError', trouble: 'connection' });
  });

  it('messages that nobody asked for are left out', async () => {
    server.mails = mails(3);
    const box = mailbox();
    const { uidValidity } = await box.scan();
    server.script = onFetch((_uids, { rest }, reply) => {
      for (const mail of server.mails) reply.send(fetchAnswer(mail, mail.uid, rest));
      reply.end('OK done');
      return true;
    });
    expect(uidsOf(await box.fetch(uidValidity, [2]))).toEqual([2]);
  });
});

describe('a server that breaks off', () => {
  it('in the middle of a literal: what came before is given, and the rest with the next call', async () => {
    server.mails = mails(5);
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    let drops = 1;
    server.script = onFetch((_uids, { rest }, reply) => {
      if (drops === 0) return false;
      drops -= 1;
      const [one, two, three] = server.mails.map((mail) => fetchAnswer(mail, mail.uid, rest));
      reply.send(Buffer.concat([one!, two!, three!.subarray(0, 90)]));
      reply.drop();
      return true;
    });
    expect(uidsOf(await box.fetch(uidValidity, uids))).toEqual([1, 2]);
    expect(uidsOf(await box.fetch(uidValidity, [3, 4, 5]))).toEqual([3, 4, 5]);
  });

  it('in the first one: an error, and the next call connects again', async () => {
    server.mails = mails(3);
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    server.script = onFetch((_uids, _command, reply) => {
      reply.send('* 1 FETCH (UID 1 BODY[]<0> {100}\r\nSubj');
      reply.drop();
      server.script = null;
      return true;
    });
    await expect(box.fetch(uidValidity, uids)).rejects.toMatchObject({
      name: 'MailboxError',
      trouble: 'connection',
      message: expect.stringMatching(/^mailbox rua: /),
    });
    expect(uidsOf(await box.fetch(uidValidity, uids))).toEqual([1]); // fewer at first
    expect(uidsOf(await box.fetch(uidValidity, [2, 3]))).toEqual([2, 3]);
  });

  it('in a later part of a large message: the small ones before it are given', async () => {
    server.mails = [...mails(2), { uid: 3, bytes: text(100_000) }, { uid: 4, bytes: text(100) }];
    server.script = onFetch((_uids, { rest }, reply) => {
      if (rest.includes('<0.')) return false;
      reply.drop();
      return true;
    });
    expect(uidsOf(await fetchAll(mailbox()))).toEqual([1, 2]);
  });

  it('at one message always: those behind it come all the same', async () => {
    server.mails = mails(40);
    const troubles: string[] = [];
    const box = mailbox({ onTrouble: ({ message }) => troubles.push(message) });
    const { uidValidity, uids } = await box.scan();
    server.script = onFetch((asked, _command, reply) => {
      if (!asked.includes(3)) return false;
      reply.end('NO [SERVERBUG] cannot read message 3');
      return true;
    });
    const got = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const rest = uids.filter((uid) => !got.has(uid));
      const batch = await box.fetch(uidValidity, rest).catch(() => []);
      for (const uid of uidsOf(batch)) got.add(uid);
    }
    expect(got.size).toBe(39);
    expect(got.has(3)).toBe(false);
    const words =
      /^the mail with UID 3 in INBOX could not be fetched, 2 times so far \(.*cannot read message 3\); it is left alone, and tried again at 20/;
    expect(box.leftAlone()).toMatch(words);
    expect(troubles).toEqual([`mailbox rua: ${box.leftAlone()}`]);
  });

  it('while it idles: the watch comes back and tells of what it missed', async () => {
    server.mails = mails(1);
    const box = mailbox();
    let calls = 0;
    const stop = new AbortController();
    const watching = box.watch(() => {
      calls += 1;
    }, stop.signal);
    await until('it idles', () => server.count('IDLE') === 1);
    server.tellAll('* BYE maintenance\r\n');
    server.dropAll();
    await until('it is told again', () => calls === 2);
    stop.abort();
    await expect(watching).resolves.toBeUndefined();
  });
});
