import type { Argument, Command } from './command-reader.js';
import { fetchResponse, flagsText, parseDate, parseItems } from './fetch-items.js';
import type { Folder, MailStore, Moved } from './mail-store.js';
import { inSet, search } from './message-set.js';

export const CAPABILITIES = 'IMAP4rev1 LITERAL+ UIDPLUS MOVE IDLE UNSELECT';

export interface Login {
  readonly user: string;
  readonly pass: string;
}

/** How a command ended, after whatever was sent before. */
type Ending = { readonly status: 'OK' | 'NO' | 'BAD'; readonly text: string };

const DONE: Ending = { status: 'OK', text: 'done' };
const bad = (text: string): Ending => ({ status: 'BAD', text });
const no = (text: string): Ending => ({ status: 'NO', text });

/** One client: what it may do, which folder it has open, and which messages it has been told of. */
export class Session {
  private isLoggedIn = false;
  private selected: string | null = null;
  private readOnly = false;
  /** UIDs by the sequence numbers that the client knows. */
  private known: number[] = [];
  isIdle = false;

  constructor(
    private readonly store: MailStore,
    private readonly login: Login,
    private readonly send: (bytes: Buffer | string) => void,
  ) {}

  /** Tells an idle client what is new; others are told with their next command. */
  onChange(): void {
    if (this.isIdle) this.tellNews();
  }

  run(command: Command): void {
    const ending = this.perform(command);
    // RFC 9051 7.5.1: no EXPUNGE while the client may be counting
    if (!/^(FETCH|STORE|SEARCH)$/.test(command.verb)) this.tellNews();
    this.send(`${command.tag} ${ending.status} ${ending.text}\r\n`);
  }

  private perform({ verb, args }: Command): Ending {
    const text = (index: number): string => {
      const value = args[index];
      return typeof value === 'string' ? value : '';
    };
    switch (verb) {
      case 'CAPABILITY':
        this.send(`* CAPABILITY ${CAPABILITIES}\r\n`);
        return DONE;
      case 'NOOP':
      case 'CHECK':
        return DONE;
      case 'LOGOUT':
        this.send('* BYE goodbye\r\n');
        return DONE;
      case 'LOGIN':
        return this.logIn(text(0), text(1));
    }
    if (!this.isLoggedIn) return no('log in first');
    switch (verb) {
      case 'LIST':
      case 'LSUB':
        return this.list(verb, text(0) + text(1));
      case 'CREATE':
        return this.store.create(text(0)) ? DONE : no('[ALREADYEXISTS] there already');
      case 'SUBSCRIBE':
        return DONE;
      case 'STATUS':
        return this.status(text(0), args[1]);
      case 'SELECT':
      case 'EXAMINE':
        return this.select(text(0), verb);
      case 'APPEND':
        return this.append(args);
    }
    return this.performSelected(verb, args);
  }

  private performSelected(verb: string, args: readonly Argument[]): Ending {
    const folder = this.selected === null ? undefined : this.store.find(this.selected);
    if (folder === undefined) return bad('unknown command, or no folder selected');
    const [by, action] = verb.startsWith('UID ')
      ? (['uid', verb.slice(4)] as const)
      : (['sequence', verb] as const);
    switch (action) {
      case 'CLOSE':
      case 'UNSELECT':
        if (action === 'CLOSE') this.expunge(folder, null);
        this.selected = null;
        return DONE;
      case 'EXPUNGE':
        return this.expunge(folder, typeof args[0] === 'string' ? args[0] : null);
      case 'SEARCH':
        return this.search(folder, args, by);
    }
    const uids = this.named(args[0], by);
    if (uids === null) return bad('which messages?');
    switch (action) {
      case 'FETCH':
        return this.fetch(folder, uids, args[1], by);
      case 'STORE':
        return this.change(folder, uids, args, by);
      case 'COPY':
      case 'MOVE':
        return this.copy(folder, uids, args[1], action);
    }
    return bad('unknown command');
  }

  private logIn(user: string, pass: string): Ending {
    if (user !== this.login.user || pass !== this.login.pass) return no('[AUTHENTICATIONFAILED] wrong');
    this.isLoggedIn = true;
    return { status: 'OK', text: `[CAPABILITY ${CAPABILITIES}] welcome` };
  }

  private list(verb: 'LIST' | 'LSUB', pattern: string): Ending {
    if (pattern === '') this.send(`* ${verb} (\\Noselect) "/" ""\r\n`);
    const isMatch = (name: string): boolean =>
      pattern.endsWith('*') || pattern.endsWith('%')
        ? name.startsWith(pattern.slice(0, -1))
        : name === this.store.find(pattern)?.name;
    for (const name of this.store.names().filter(isMatch)) {
      this.send(`* ${verb} (\\HasNoChildren) "/" "${name.replaceAll(/["\\]/g, '\\$&')}"\r\n`);
    }
    return DONE;
  }

  private status(name: string, items: Argument | undefined): Ending {
    const folder = this.store.find(name);
    if (folder === undefined) return no('[NONEXISTENT] no such folder');
    const numbers: Readonly<Record<string, number>> = {
      MESSAGES: folder.messages.length,
      UIDNEXT: folder.uidNext,
      UIDVALIDITY: folder.uidValidity,
      UNSEEN: folder.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
      RECENT: 0,
    };
    const asked = Array.isArray(items) ? items.map((item) => String(item).toUpperCase()) : [];
    const known = asked.filter((item) => numbers[item] !== undefined);
    this.send(`* STATUS "${name}" (${known.map((item) => `${item} ${numbers[item]}`).join(' ')})\r\n`);
    return DONE;
  }

  private select(name: string, verb: 'SELECT' | 'EXAMINE'): Ending {
    const folder = this.store.find(name);
    this.selected = null;
    if (folder === undefined) return no('[NONEXISTENT] no such folder');
    this.selected = folder.name;
    this.readOnly = verb === 'EXAMINE';
    this.known = folder.messages.map(({ uid }) => uid);
    this.send('* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n');
    this.send(`* ${this.known.length} EXISTS\r\n* 0 RECENT\r\n`);
    this.send('* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] and keywords\r\n');
    this.send(`* OK [UIDVALIDITY ${folder.uidValidity}] ok\r\n* OK [UIDNEXT ${folder.uidNext}] ok\r\n`);
    return { status: 'OK', text: this.readOnly ? '[READ-ONLY] selected' : '[READ-WRITE] selected' };
  }

  private append(args: readonly Argument[]): Ending {
    const [name, ...rest] = args;
    const raw = rest.pop();
    const folder = typeof name === 'string' ? this.store.find(name) : undefined;
    if (folder === undefined) return no('[TRYCREATE] no such folder');
    if (typeof raw !== 'string') return bad('append what?');
    const flags = rest.find((part) => Array.isArray(part)) ?? [];
    const date = rest
      .map((part) => (typeof part === 'string' ? parseDate(part) : null))
      .find((at) => at !== null);
    const uid = this.store.append(folder.name, {
      flags: new Set([...flags].map(String)),
      receivedAt: date ?? Date.now(),
      raw: Buffer.from(raw, 'latin1'),
    });
    return { status: 'OK', text: `[APPENDUID ${folder.uidValidity} ${uid}] appended` };
  }

  private search(folder: Folder, keys: readonly Argument[], by: 'uid' | 'sequence'): Ending {
    const uids = search(folder, keys);
    if (uids === null) return bad('cannot search for that');
    const numbers = by === 'uid' ? uids : uids.map((uid) => this.known.indexOf(uid) + 1);
    this.send(`* SEARCH${numbers.map((number) => ` ${number}`).join('')}\r\n`);
    return DONE;
  }

  private fetch(
    folder: Folder,
    uids: ReadonlySet<number>,
    what: Argument | undefined,
    by: 'uid' | 'sequence',
  ): Ending {
    const asked = parseItems(what);
    if (asked === null) return bad('cannot fetch that');
    const items = by === 'uid' && !asked.includes('UID') ? ['UID', ...asked] : asked;
    const marks = !this.readOnly && items.some((item) => item.startsWith('BODY['));
    if (marks) this.store.setFlags(folder.name, uids, (flags) => new Set([...flags, '\\Seen']));
    for (const message of folder.messages) {
      const sequence = this.known.indexOf(message.uid) + 1;
      if (sequence > 0 && uids.has(message.uid)) this.send(fetchResponse(sequence, message, items));
    }
    return DONE;
  }

  private change(
    folder: Folder,
    uids: ReadonlySet<number>,
    args: readonly Argument[],
    by: 'uid' | 'sequence',
  ): Ending {
    if (this.readOnly) return no('[READ-ONLY] cannot change it');
    const [, mode, list] = args;
    const [, sign, silent] = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(String(mode)) ?? [];
    if (sign === undefined || list === undefined) return bad('store what?');
    const named = typeof list === 'string' ? [list] : list.map(String);
    this.store.setFlags(folder.name, uids, (old) => {
      if (sign === '+') return new Set([...old, ...named]);
      return sign === '-' ? new Set([...old].filter((flag) => !named.includes(flag))) : new Set(named);
    });
    if (silent !== undefined) return DONE;
    for (const { uid, flags } of this.store.find(folder.name)?.messages ?? []) {
      if (!uids.has(uid)) continue;
      const withUid = by === 'uid' ? `UID ${uid} ` : '';
      this.send(`* ${this.known.indexOf(uid) + 1} FETCH (${withUid}${flagsText(flags)})\r\n`);
    }
    return DONE;
  }

  private copy(
    folder: Folder,
    uids: ReadonlySet<number>,
    to: Argument | undefined,
    action: 'COPY' | 'MOVE',
  ): Ending {
    const target = typeof to === 'string' ? this.store.find(to) : undefined;
    if (target === undefined) return no('[TRYCREATE] no such folder');
    if (action === 'MOVE' && this.readOnly) return no('[READ-ONLY] cannot move from it');
    if (uids.size === 0) return DONE;
    const moved = this.store.copy(folder.name, uids, target.name);
    const code = copyUid(target.uidValidity, moved);
    if (action === 'COPY') return { status: 'OK', text: `${code} copied` };
    this.send(`* OK ${code} moved\r\n`); // RFC 6851 4.3: before the EXPUNGEs
    this.store.remove(folder.name, uids);
    return DONE;
  }

  private expunge(folder: Folder, set: string | null): Ending {
    if (this.readOnly) return no('[READ-ONLY] cannot change it');
    const within = set === null ? null : this.named(set, 'uid');
    const deleted = folder.messages.filter(
      ({ uid, flags }) => flags.has('\\Deleted') && (within === null || within.has(uid)),
    );
    this.store.remove(folder.name, new Set(deleted.map(({ uid }) => uid)));
    return DONE;
  }

  /** The UIDs that a set names; null: malformed. */
  private named(set: Argument | undefined, by: 'uid' | 'sequence'): ReadonlySet<number> | null {
    if (typeof set !== 'string') return null;
    if (by === 'uid') return inSet(set, this.known);
    const positions = inSet(
      set,
      this.known.map((_, index) => index + 1),
    );
    return positions === null ? null : new Set(this.known.filter((_, index) => positions.has(index + 1)));
  }

  private tellNews(): void {
    const folder = this.selected === null ? undefined : this.store.find(this.selected);
    if (folder === undefined) return;
    const present = new Set(folder.messages.map(({ uid }) => uid));
    for (let index = this.known.length - 1; index >= 0; index -= 1) {
      if (!present.has(this.known[index] ?? 0)) this.send(`* ${index + 1} EXPUNGE\r\n`);
    }
    const kept = this.known.filter((uid) => present.has(uid)).length;
    this.known = [...present];
    if (this.known.length > kept) this.send(`* ${this.known.length} EXISTS\r\n`);
  }
}

function copyUid(uidValidity: number, moved: readonly Moved[]): string {
  const list = (pick: (one: Moved) => number): string => moved.map(pick).join(',');
  return `[COPYUID ${uidValidity} ${list((one) => one.from)} ${list((one) => one.to)}]`;
}
