import net from 'node:net';
import type { Instant } from '../../core/instant.js';
import { CommandReader, parseCommand, type ReadEvent } from './command-reader.js';
import { MailStore, type StoredMessage } from './mail-store.js';
import { CAPABILITIES, Session, type Login } from './session.js';

const ADDRESS = '127.0.0.1';
const MOST_CONNECTIONS = 32;

/** A mailbox on loopback, in memory, without TLS. */
export interface ImapServer {
  readonly port: number;
  /** Puts a message into INBOX, as an MX would; idle clients hear of it. */
  deliver(raw: Buffer, at: Instant): void;
  /** What lies in a folder now; empty for one that isn't there. */
  messages(folder: string): readonly StoredMessage[];
  stop(): Promise<void>;
}

/** Serves IMAP4rev1 (RFC 9051's subset that a report mailbox needs) to one user. */
export async function startImapServer(login: Login): Promise<ImapServer> {
  const store = new MailStore(1_700_000_000);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, store, login);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, ADDRESS, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    deliver: (raw, at) => void store.append('INBOX', { flags: new Set(), receivedAt: at, raw }),
    messages: (folder) => store.find(folder)?.messages ?? [],
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(socket: net.Socket, store: MailStore, login: Login): void {
  const reader = new CommandReader();
  const session = new Session(store, login, (bytes) => void socket.write(bytes));
  let idleTag = '';
  const forget = store.onChange(() => session.onChange());
  socket.on('close', forget);
  socket.on('error', () => socket.destroy());
  socket.write(`* OK [CAPABILITY ${CAPABILITIES}] sandbox ready\r\n`);
  const handle = (event: ReadEvent): void => {
    if (event.kind === 'literal') return void socket.write('+ go on\r\n');
    if (event.kind === 'too-long') return void socket.end('* BYE too long\r\n');
    if (session.isIdle) {
      session.isIdle = false;
      return void socket.write(`${idleTag} OK idle is over\r\n`);
    }
    const command = parseCommand(event.text);
    if (command === null) return void socket.write('* BAD cannot read that\r\n');
    if (command.verb === 'IDLE') {
      idleTag = command.tag;
      session.isIdle = true;
      socket.write('+ idling\r\n');
      return session.onChange();
    }
    session.run(command);
    if (command.verb === 'LOGOUT') socket.end();
  };
  socket.setNoDelay(true); // many small answers: each would wait 40 ms for the one before it to be acknowledged
  socket.on('data', (chunk: Buffer) => {
    socket.cork();
    for (const event of reader.push(chunk)) handle(event);
    socket.uncork();
  });
}
