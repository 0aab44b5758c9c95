import net, { type AddressInfo, type Socket } from 'node:net';

export interface ScriptedMail {
  readonly uid: number;
  readonly bytes: Buffer;
  /** What RFC822.SIZE claims; the truth without it. */
  readonly size?: number;
}

export interface ScriptedCommand {
  readonly tag: string;
  /** In capitals: `UID FETCH`. */
  readonly verb: string;
  readonly rest: string;
}

export interface Reply {
  send(text: string | Buffer): void;
  /** `OK`, `NO [ALERT] no` …, with the command's tag. */
  end(text: string): void;
  drop(): void;
}

/** Takes over a command: true when it has answered it, or never will. */
export type Script = (command: ScriptedCommand, reply: Reply) => boolean;

/** An IMAP server that does as it is told, for what no honest one does. Ends with `stop`. */
export interface ScriptedImap {
  readonly port: number;
  mails: readonly ScriptedMail[];
  uidValidity: number;
  capabilities: string;
  /** Asked first; null: nothing out of the ordinary. */
  script: Script | null;
  readonly commands: readonly ScriptedCommand[];
  /** How often a verb came. */
  count(verb: string): number;
  /** To all who are connected: untagged text, or the end. */
  tellAll(text: string): void;
  dropAll(): void;
  stop(): Promise<void>;
}

export async function startScriptedImap(): Promise<ScriptedImap> {
  const sockets = new Set<Socket>();
  const commands: ScriptedCommand[] = [];
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write('* OK ready\r\n');
    let buffered = '';
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      const lines = buffered.split('\r\n');
      buffered = lines.pop() ?? '';
      for (const line of lines) take(line, socket);
    });
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });

  function take(line: string, socket: Socket): void {
    const [, tag = '', verb = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/.exec(line) ?? [];
    if (line === 'DONE' || tag === '') {
      socket.write(`${idleTags.get(socket) ?? '*'} OK done\r\n`);
      return;
    }
    const command = { tag, verb: verb.toUpperCase(), rest };
    commands.push(command);
    if (command.verb === 'IDLE') idleTags.set(socket, tag);
    const reply: Reply = {
      send: (text) => void socket.write(text),
      end: (text) => void socket.write(`${tag} ${text}\r\n`),
      drop: () => socket.destroySoon(),
    };
    if (server.script?.(command, reply) !== true) answer(server, command, reply);
  }

  const idleTags = new Map<Socket, string>();
  const server: ScriptedImap = {
    port: (listener.address() as AddressInfo).port,
    mails: [],
    uidValidity: 7,
    capabilities: 'IMAP4rev1 IDLE MOVE UIDPLUS ESEARCH',
    script: null,
    commands,
    count: (verb) => commands.filter((command) => command.verb === verb).length,
    tellAll: (text) => {
      for (const socket of sockets) socket.write(text);
    },
    dropAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
  return server;
}

function answer(server: ScriptedImap, { verb, rest }: ScriptedCommand, reply: Reply): void {
  switch (verb) {
    case 'CAPABILITY':
      reply.send(`* CAPABILITY ${server.capabilities}\r\n`);
      break;
    case 'LIST':
      reply.send('* LIST (\\Noselect) "/" ""\r\n');
      break;
    case 'SELECT':
      reply.send(`* ${server.mails.length} EXISTS\r\n* OK [UIDVALIDITY ${server.uidValidity}]\r\n`);
      reply.send(`* OK [UIDNEXT ${(server.mails.at(-1)?.uid ?? 0) + 1}]\r\n`);
      reply.send('* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen \\*)]\r\n');
      reply.end('OK [READ-WRITE] done');
      return;
    case 'UID SEARCH':
      reply.send(searchAnswer(server, rest));
      break;
    case 'UID FETCH':
      for (const [index, mail] of namedIn(server.mails, rest).entries())
        reply.send(fetchAnswer(mail, index + 1, rest));
      break;
    case 'UID MOVE':
      server.mails = server.mails.filter((mail) => !namedIn(server.mails, rest).includes(mail));
      break;
    case 'IDLE':
      reply.send('+ idling\r\n');
      return;
    case 'LOGOUT':
      reply.send('* BYE bye\r\n');
  }
  reply.end('OK done');
}

function searchAnswer(server: ScriptedImap, rest: string): string {
  const named = /(?:^| )UID (\S+)/.exec(rest)?.[1];
  const uids = (named === undefined ? server.mails : namedIn(server.mails, named)).map(({ uid }) => uid);
  if (!rest.startsWith('RETURN')) return `* SEARCH ${uids.join(' ')}\r\n`;
  const ends = uids.length === 0 ? '' : ` MIN ${uids[0]} MAX ${uids.at(-1)}`;
  return `* ESEARCH (TAG "x") UID COUNT ${uids.length}${ends}\r\n`;
}

/** The mails of a sequence set, which is the first word. */
export function namedIn(mails: readonly ScriptedMail[], rest: string): readonly ScriptedMail[] {
  const ends = (range: string) => range.split(':').map((end) => (end === '*' ? Infinity : Number(end)));
  const ranges = (rest.split(' ')[0] ?? '').split(',').map(ends);
  return mails.filter(({ uid }) => ranges.some(([from = 0, to = from]) => uid >= from && uid <= to));
}

/** One FETCH response with what was asked for. */
export function fetchAnswer(mail: ScriptedMail, sequence: number, rest: string): Buffer {
  const items = [`UID ${mail.uid}`, 'INTERNALDATE "01-Nov-2026 10:00:00 +0000"'];
  if (rest.includes('RFC822.SIZE')) items.push(`RFC822.SIZE ${mail.size ?? mail.bytes.length}`);
  const [, start = '', length = ''] = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(rest) ?? [];
  const bytes = mail.bytes.subarray(Number(start), Number(start) + Number(length));
  const head = `* ${sequence} FETCH (${items.join(' ')} BODY[]<${start}> {${bytes.length}}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from(')\r\n')]);
}
