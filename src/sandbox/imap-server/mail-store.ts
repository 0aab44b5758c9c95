import type { Instant } from '../../core/instant.js';

export interface StoredMessage {
  readonly uid: number;
  readonly flags: ReadonlySet<string>;
  /** INTERNALDATE. */
  readonly receivedAt: Instant;
  readonly raw: Buffer;
}

/** One folder; messages in the order of their UIDs. */
export interface Folder {
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly messages: readonly StoredMessage[];
}

/** A message that went from one folder to another, by its UID in each. */
export interface Moved {
  readonly from: number;
  readonly to: number;
}

const MOST_FOLDERS = 32;
const MOST_MESSAGES = 100_000;

/** All folders of the one user, in memory. INBOX is there from the start, and its name has no case (RFC 9051 5.1). */
export class MailStore {
  private readonly folders = new Map<string, Folder>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly uidValidity: number) {
    this.create('INBOX');
  }

  names(): readonly string[] {
    return [...this.folders.keys()];
  }

  find(name: string): Folder | undefined {
    return this.folders.get(canonical(name));
  }

  /** False when it is there already, or there are too many. */
  create(name: string): boolean {
    const key = canonical(name);
    if (key === '' || this.folders.has(key) || this.folders.size >= MOST_FOLDERS) return false;
    const uidValidity = this.uidValidity + this.folders.size;
    this.folders.set(key, { name: key, uidValidity, uidNext: 1, messages: [] });
    return true;
  }

  /** The new message's UID. Throws a RangeError for a folder that isn't there or is full. */
  append(name: string, message: Omit<StoredMessage, 'uid'>): number {
    const folder = this.get(name);
    if (folder.messages.length >= MOST_MESSAGES) throw new RangeError(`${name} is full`);
    const uid = folder.uidNext;
    this.put({ ...folder, uidNext: uid + 1, messages: [...folder.messages, { ...message, uid }] });
    return uid;
  }

  setFlags(name: string, uids: ReadonlySet<number>, change: (old: ReadonlySet<string>) => Set<string>): void {
    const folder = this.get(name);
    const messages = folder.messages.map((message) =>
      uids.has(message.uid) ? { ...message, flags: change(message.flags) } : message,
    );
    this.put({ ...folder, messages });
  }

  copy(from: string, uids: ReadonlySet<number>, to: string): readonly Moved[] {
    const messages = this.get(from).messages.filter(({ uid }) => uids.has(uid));
    return messages.map((message) => ({ from: message.uid, to: this.append(to, message) }));
  }

  remove(name: string, uids: ReadonlySet<number>): void {
    const folder = this.get(name);
    this.put({ ...folder, messages: folder.messages.filter(({ uid }) => !uids.has(uid)) });
  }

  /** Calls `listener` after each change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private get(name: string): Folder {
    const folder = this.find(name);
    if (folder === undefined) throw new RangeError(`no folder ${name}`);
    return folder;
  }

  private put(folder: Folder): void {
    this.folders.set(folder.name, folder);
    for (const listener of this.listeners) listener();
  }
}

function canonical(name: string): string {
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
}
