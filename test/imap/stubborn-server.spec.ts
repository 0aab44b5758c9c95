import { describe, expect, it } from 'vitest';
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

describe('a server that refuses', () => {
  it('logins is not asked again and again', async () => {
    server.script = ({ verb }, reply) => {
      if (verb !== 'LOGIN') return false;
      reply.end('NO [AUTHENTICATIONFAILED] Invalid credentials');
      return true;
    };
    const box = mailbox();
    const stop = new AbortController();
    const watching = box.watch(() => expect.unreachable(), stop.signal);
    for (let time = 0; time < 50; time += 1)
      await expect(box.scan()).rejects.toMatchObject({ name: 'MailboxError', trouble: 'authentication' });
    await expect(box.scan()).rejects.toThrow(/Invalid credentials; next try in \d+ s$/);
    expect(server.count('LOGIN')).toBe(1);
    stop.abort();
    await watching;
  });

  it('connections is asked more and more rarely', async () => {
    server.script = ({ verb }, reply) => {
      if (verb !== 'CAPABILITY') return false;
      reply.drop();
      return true;
    };
    const box = mailbox();
    const pauses: number[] = [];
    await until('three tries', async () => {
      const before = server.count('CAPABILITY');
      const error: unknown = await box.scan().catch((reason: unknown) => reason);
      const pause = /next try in (\d+) s/.exec(String(error))?.[1];
      if (pause !== undefined) pauses.push(Number(pause));
      return server.count('CAPABILITY') === before && before === 3;
    });
    expect(Math.max(...pauses)).toBe(3);
  });

  it('to move: the mail is marked, and no longer waits', async () => {
    server.mails = mails(3);
    server.script = ({ verb }, reply) => {
      if (verb !== 'UID MOVE') return false;
      reply.end('NO [OVERQUOTA] the other folder is full');
      return true;
    };
    const box = mailbox();
    const batch = await fetchAll(box);
    await box.settle(
      batch.map(({ position }) => position),
      'report',
    );
    const stores = server.commands.filter(({ verb }) => verb === 'UID STORE').map(({ rest }) => rest);
    expect(stores).toEqual(['1:3 +FLAGS ($DmarcRatchetDone)']);
  });

  it('anything but reading: the mail stays, and is not read again', async () => {
    server.mails = mails(3);
    server.script = ({ verb }, reply) => {
      if (verb === 'SELECT') {
        reply.send('* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [PERMANENTFLAGS ()]\r\n');
        reply.end('OK [READ-ONLY] done');
        return true;
      }
      if (!['UID MOVE', 'UID STORE', 'CREATE'].includes(verb)) return false;
      reply.end('NO [READ-ONLY] no');
      return true;
    };
    const box = mailbox();
    const [one, ...others] = (await fetchAll(box)).map(({ position }) => position);
    await box.settle([one!], 'not-a-report');
    expect((await box.scan()).uids).toEqual([2, 3]);
    await box.settle(others, 'report');
    expect((await box.scan()).uids).toEqual([]);
    expect(server.count('UID STORE')).toBe(0);
  });

  it('a connection that breaks while mail is moved is an error, and the mail still waits', async () => {
    server.mails = mails(2);
    const box = mailbox();
    const batch = await fetchAll(box);
    server.script = ({ verb }, reply) => {
      if (verb !== 'UID MOVE') return false;
      reply.drop();
      server.script = null;
      return true;
    };
    const positions = batch.map(({ position }) => position);
    await expect(box.settle(positions, 'report')).rejects.toMatchObject({ trouble: 'connection' });
    expect((await box.scan()).uids).toEqual([1, 2]);
    await box.settle(positions, 'report');
    expect((await box.scan()).uids).toEqual([]);
  });
});

describe('a server with ways of its own', () => {
  it('without MOVE and UIDPLUS the mail is marked', async () => {
    server.capabilities = 'IMAP4rev1';
    server.mails = mails(2);
    const box = mailbox();
    const batch = await fetchAll(box);
    expect(uidsOf(batch)).toEqual([1, 2]);
    await box.settle([batch[0]!.position], 'report');
    expect(server.count('CREATE') + server.count('UID COPY') + server.count('EXPUNGE')).toBe(0);
    expect(server.count('UID STORE')).toBe(1);
  });

  it('another UIDVALIDITY between scan and fetch: nothing is fetched, nothing moved', async () => {
    server.mails = mails(2);
    const box = mailbox();
    const { uidValidity, uids } = await box.scan();
    server.uidValidity = 8;
    server.dropAll();
    await until(
      'the connection is gone',
      async () => (await box.fetch(uidValidity, uids).catch(() => [1])).length === 0,
    );
    await box.settle([{ uidValidity, uid: 1 }], 'report');
    expect(server.count('UID FETCH') + server.count('UID MOVE')).toBe(0);
    expect((await box.scan()).uidValidity).toBe('8');
  });

  it('one that answers large sets with nothing is asked for smaller ones', async () => {
    server.mails = mails(250);
    server.script = onFetch((asked, _command, reply) => {
      if (asked.length <= 20) return false;
      reply.end('OK done');
      return true;
    });
    expect(uidsOf(await fetchAll(mailbox()))).toEqual(server.mails.map(({ uid }) => uid));
  });

  it('one that promises ESEARCH and does not know it is asked in the old way', async () => {
    server.mails = mails(3);
    server.script = ({ verb, rest }, reply) => {
      if (verb !== 'UID SEARCH' || !rest.startsWith('RETURN')) return false;
      reply.send('* SEARCH 1 2 3\r\n');
      reply.end('OK done');
      return true;
    };
    expect((await mailbox().scan()).uids).toEqual([1, 2, 3]);
  });

  it('one that refuses to search is told', async () => {
    server.mails = mails(1);
    server.script = ({ verb }, reply) => {
      if (verb !== 'UID SEARCH') return false;
      reply.end('NO not today');
      return true;
    };
    await expect(mailbox().scan()).rejects.toMatchObject({ name: 'MailboxError', trouble: 'server' });
  });

  it.each(['IMAP4rev1', 'IMAP4rev1 ESEARCH'])(
    '100,000 mails are scanned by a server with %s',
    async (capabilities) => {
      server.capabilities = capabilities;
      server.mails = Array.from({ length: 100_000 }, (_, index) => ({ uid: 2 * index + 5, bytes: text(50) }));
      const box = mailbox();
      const { uidValidity, uids } = await box.scan();
      expect([uids.length, uids[0], uids.at(-1)]).toEqual([100_000, 5, 200_003]);
      expect(uidsOf(await box.fetch(uidValidity, uids)).length).toBe(250);
    },
  );

  it('mail that came since the folder was opened is found without ESEARCH too', async () => {
    server.capabilities = 'IMAP4rev1';
    const box = mailbox();
    expect((await box.scan()).uids).toEqual([]);
    server.mails = [{ uid: 9, bytes: text(50) }];
    server.tellAll('* 1 EXISTS\r\n');
    await until('it is found', async () => (await box.scan()).uids.length === 1);
  });

  it.each([
    ['MIN 1 MAX 4294967295 COUNT 4294967295', 1_000_000],
    ['MIN 1 MAX 4294967295 COUNT 4294967290', 3],
    ['MIN 9 MAX 3 COUNT 5', 3],
    ['MAX 3', 3],
  ])('one that claims %s fills no memory, and does not end', async (claims, count) => {
    server.mails = mails(3);
    server.script = ({ verb, rest }, reply) => {
      if (verb !== 'UID SEARCH' || !rest.startsWith('RETURN')) return false;
      reply.send(`* ESEARCH (TAG "x") UID ${claims}\r\n`);
      reply.end('OK done');
      return true;
    };
    expect((await mailbox().scan()).uids.length).toBe(count);
  });
});
