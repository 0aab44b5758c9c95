import net from 'node:net';
import { ImapFlow } from 'imapflow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommand } from './command-reader.js';
import { startImapServer, type ImapServer } from './imap-server.js';

const LOGIN = { user: 'reports', pass: 'se"cret' };
const AT = Date.parse('2026-02-03T04:05:06Z');
const RAW = Buffer.from('Subject: caf\u00e9\r\n\r\nbinary \u0000\u00ff and "quotes" {3}\r\n', 'latin1');

let server: ImapServer;
const clients: ImapFlow[] = [];

beforeEach(async () => {
  server = await startImapServer(LOGIN);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

async function connect(pass = LOGIN.pass): Promise<ImapFlow> {
  const auth = { user: LOGIN.user, pass };
  const client = new ImapFlow({ host: '127.0.0.1', port: server.port, secure: false, auth, logger: false });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

/** Asks until the answer is true, at most five seconds. */
async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !isTrue();) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the mailbox in the sandbox', () => {
  it('refuses a wrong password', async () => {
    await expect(connect('wrong')).rejects.toMatchObject({ authenticationFailed: true });
  });

  it('gives back what was delivered, byte for byte, with its date', async () => {
    server.deliver(RAW, AT);
    const client = await connect();
    await client.mailboxOpen('INBOX');
    const message = await client.fetchOne('1', {
      uid: true,
      source: true,
      internalDate: true,
      size: true,
      flags: true,
    });
    if (!message) throw new Error('nothing came');
    expect(message.source?.equals(RAW)).toBe(true);
    expect(message.internalDate).toEqual(new Date(AT));
    expect([message.uid, message.size, message.flags?.size]).toEqual([1, RAW.length, 0]);
    const part = await client.fetchOne('1', { source: { start: 0, maxLength: 7 } });
    expect(part && part.source?.toString()).toBe('Subject');
  });

  it('appends with flags and date, and tells the UID', async () => {
    const client = await connect();
    expect(await client.append('INBOX', RAW, ['\\Seen'], new Date(AT))).toMatchObject({ uid: 1 });
    const [message] = server.messages('INBOX');
    expect(message?.raw.equals(RAW)).toBe(true);
    expect(message?.receivedAt).toBe(AT);
    expect([...(message?.flags ?? [])]).toEqual(['\\Seen']);
  });

  it('moves to a folder that it made, and counts right afterwards', async () => {
    for (let index = 0; index < 20; index += 1) server.deliver(RAW, AT + index);
    const client = await connect();
    await client.mailboxCreate('Reports');
    expect((await client.list()).map(({ path }) => path).sort()).toEqual(['INBOX', 'Reports']);
    await client.mailboxOpen('INBOX');
    const moved = await client.messageMove('3:5,18:*', 'Reports', { uid: true });
    expect(moved !== false && [...(moved.uidMap ?? [])]).toEqual([
      [3, 1],
      [4, 2],
      [5, 3],
      [18, 4],
      [19, 5],
      [20, 6],
    ]);
    expect(client.mailbox !== false && client.mailbox.exists).toBe(14);
    expect(await client.search({ uid: '4:7' }, { uid: true })).toEqual([6, 7]);
    expect(await client.status('Reports', { messages: true, uidNext: true })).toMatchObject({
      messages: 6,
      uidNext: 7,
    });
  });

  it('flags, searches by flag, and expunges', async () => {
    for (let index = 0; index < 4; index += 1) server.deliver(RAW, AT);
    const client = await connect();
    await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('2:3', ['\\Seen', '$Done'], { uid: true });
    expect(await client.search({ seen: false }, { uid: true })).toEqual([1, 4]);
    expect(await client.search({ keyword: '$Done' }, { uid: true })).toEqual([2, 3]);
    await client.messageFlagsRemove('2', ['$Done'], { uid: true });
    expect(await client.search({ not: { keyword: '$Done' } }, { uid: true })).toEqual([1, 2, 4]);
    await client.messageDelete('1,3', { uid: true });
    expect(server.messages('INBOX').map(({ uid }) => uid)).toEqual([2, 4]);
  });

  it('an idle client hears of new mail, and of mail that another one takes away', async () => {
    const [idle, other] = [await connect(), await connect()];
    await idle.mailboxOpen('INBOX');
    let exists = 0;
    let gone = 0;
    idle.on('exists', ({ count }: { readonly count: number }) => (exists = count));
    idle.on('expunge', () => (gone += 1));
    const idling = idle.idle();
    await until(() => idle.idling);
    server.deliver(RAW, AT);
    await until(() => exists === 1);
    await other.mailboxOpen('INBOX');
    await other.messageDelete('1');
    await until(() => gone === 1);
    await idle.noop();
    await idling;
    expect([exists, gone]).toEqual([1, 1]);
  });

  it('a folder opened for reading stays as it is', async () => {
    server.deliver(RAW, AT);
    const client = await connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    await client.messageFlagsAdd('1', ['\\Seen']).catch(() => false);
    expect(server.messages('INBOX')[0]?.flags.size).toBe(0);
  });

  it('cannot be talked out of its login or into endless lines', async () => {
    const said = async (text: string): Promise<string> => {
      const socket = net.connect(server.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(text);
      await closed;
      return answer;
    };
    expect(await said('a SELECT INBOX\r\n\r\nb ((((\r\nc LOGIN {7}\r\nreports "x"\r\nd LOGOUT\r\n')).toMatch(
      /a NO[^]*BAD[^]*BAD[^]*\+ go on[^]*c NO[^]*d OK/,
    );
    expect(await said('x'.repeat(100_000))).toMatch(/BYE/);
    expect(await said('a APPEND INBOX {999999999}\r\n')).toMatch(/BYE/);
  });
});

describe('reading a command', () => {
  it.each([
    [
      'a1 UID FETCH 1:* (UID BODY.PEEK[]<0.5>)',
      { tag: 'a1', verb: 'UID FETCH', args: ['1:*', ['UID', 'BODY.PEEK[]<0.5>']] },
    ],
    ['a LOGIN "a \\"b\\"" {3}\r\n(")', { tag: 'a', verb: 'LOGIN', args: ['a "b"', '(")'] }],
    ['a LIST "" *', { tag: 'a', verb: 'LIST', args: ['', '*'] }],
    ['a NOOP', { tag: 'a', verb: 'NOOP', args: [] }],
    ['a FETCH 1 (UID', null],
    ['a FETCH 1 UID)', null],
    [`a FETCH ${'('.repeat(50)}`, null],
    ['a LOGIN "open', null],
    ['', null],
  ])('%j', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });
});
