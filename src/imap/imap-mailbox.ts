import { setTimeout as wait } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import {
  ReportMailbox,
  type MailOutcome,
  type MailPosition,
  type MailScan,
  type SetAsideMail,
  type WaitingMail,
} from '../ports/report-mailbox.js';
import { fetchBatch } from './fetch-batch.js';
import { positionKey, scanFolder, selected } from './fetch-scan.js';
import { describeSetback, FetchSetbacks } from './fetch-setbacks.js';
import { ImapConnection, type ImapServerOptions } from './imap-connection.js';
import { MailboxError, mailboxError } from './mailbox-error.js';
import { recoverMails } from './set-aside.js';
import { ensureFolder, folderPath, settleMail } from './settle-mail.js';

export interface ImapMailboxOptions extends ImapServerOptions {
  /** Where reports arrive; `/` between levels, whatever the server's own delimiter is. */
  readonly folder: string;
  /** Seconds. */
  readonly pollSeconds: number;
  /** Where settled mail goes; made when missing. */
  readonly reportFolder: string;
  readonly failedFolder: string;
  readonly otherFolder: string;
  /** Told of what goes wrong while watching, which mends itself, and of mail that is left alone for a while. */
  readonly onTrouble?: (error: MailboxError) => void;
}

/** Milliseconds between two tries to watch, doubled each time; a watch that lasted longer than the longest was fine. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 5 * 60_000;

/** A folder on an IMAP server (RFC 9051 and 3501), with a connection of its own. */
export class ImapMailbox extends ReportMailbox {
  private readonly connection: ImapConnection;
  private readonly closing = new AbortController();
  private readonly setbacks = new FetchSetbacks(() => Date.now());
  /**
   * UIDs, by UIDVALIDITY, of mail that is done, in a folder that we may neither move it from nor mark it in; forgotten
   * with the process.
   */
  private readonly leftBehind = new Map<string, Set<number>>();
  private readonly madeFolders = new Set<string>();

  constructor(private readonly options: ImapMailboxOptions) {
    super();
    this.connection = new ImapConnection(options);
  }

  override get name(): string {
    return this.options.name;
  }

  override get folder(): string {
    return this.options.folder;
  }

  override get pollSeconds(): number {
    return this.options.pollSeconds;
  }

  override async scan(): Promise<MailScan> {
    return this.inFolder(async (client) => {
      await client.noop(); // so that the server tells of what arrived since the last command
      return scanFolder(client, this.leftBehind);
    });
  }

  override async fetch(uidValidity: string, uids: readonly number[]): Promise<readonly WaitingMail[]> {
    const wanted = uids.filter((uid) => !this.setbacks.isResting(positionKey({ uidValidity, uid })));
    if (wanted.length === 0) return [];
    return this.inFolder((client) => this.fetchIn(client, uidValidity, wanted));
  }

  override async settle(positions: readonly MailPosition[], outcome: MailOutcome): Promise<void> {
    if (positions.length === 0) return;
    await this.inFolder((client) => this.settleIn(client, positions, outcome));
  }

  override async recover<T extends SetAsideMail>(
    mails: readonly T[],
    outcome: MailOutcome | 'anew',
  ): Promise<readonly T[]> {
    const { failedFolder: from, folder, maxMessageBytes } = this.options;
    const to = outcome === 'anew' ? folder : this.folderFor(outcome);
    const largest = outcome === 'anew' ? maxMessageBytes : Infinity;
    if (mails.length === 0 || to === from) return [];
    const recovered = await this.connection.run((client) =>
      recoverMails(client, mails, { from, to, largest }),
    );
    await this.inFolder(async () => {}); // so that new mail there is heard of again
    return recovered;
  }

  override leftAlone(): string | null {
    return this.setbacks.describe((key) => this.mailWith(key));
  }

  override async watch(onMail: () => void, signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([signal, this.closing.signal]);
    let pause = FIRST_PAUSE;
    while (!ending.aborted) {
      const startedAt = performance.now();
      try {
        await this.watchOnce(onMail, ending);
      } catch (error) {
        if (!ending.aborted) this.options.onTrouble?.(mailboxError(this.name, error));
      }
      if (performance.now() - startedAt > LONGEST_PAUSE) pause = FIRST_PAUSE;
      const rest = Math.max(pause, this.connection.pause());
      await wait(rest, null, { signal: ending }).catch(() => null);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  override async close(): Promise<void> {
    this.closing.abort();
    await this.connection.close();
  }

  private async fetchIn(
    client: ImapFlow,
    uidValidity: string,
    uids: readonly number[],
  ): Promise<readonly WaitingMail[]> {
    if (String(selected(client).uidValidity) !== uidValidity) return [];
    const mails = this.setbacks.mails();
    try {
      const { maxMessageBytes } = this.options;
      const batch = await fetchBatch(client, uidValidity, uids, { maxMessageBytes, mails });
      const came = batch.map(({ position }) => positionKey(position));
      this.setbacks.gave(came, Math.min(mails, uids.length));
      return batch;
    } catch (error) {
      const keys = uids.slice(0, mails).map((uid) => positionKey({ uidValidity, uid }));
      this.noteSetback(keys, mailboxError(this.name, error));
      throw error;
    }
  }

  private noteSetback(keys: readonly string[], { message, trouble }: MailboxError): void {
    const setback = this.setbacks.failed(keys, message.replace(`mailbox ${this.name}: `, ''));
    const [only = ''] = keys;
    if (setback === null) return;
    const words = describeSetback(this.mailWith(only), setback);
    this.options.onTrouble?.(mailboxError(this.name, new MailboxError(words, trouble)));
  }

  private mailWith(key: string): string {
    return `the mail with UID ${key.split('/')[1] ?? ''} in ${this.folder}`;
  }

  private async settleIn(
    client: ImapFlow,
    positions: readonly MailPosition[],
    outcome: MailOutcome,
  ): Promise<void> {
    const uidValidity = String(selected(client).uidValidity);
    const uids = positions.filter((position) => position.uidValidity === uidValidity).map(({ uid }) => uid);
    if (uids.length === 0) return;
    const folder = this.folderFor(outcome);
    if (!this.madeFolders.has(folder)) await ensureFolder(client, folder);
    this.madeFolders.add(folder);
    const settled = await settleMail(client, uids, folder);
    if (settled !== 'moved') this.madeFolders.delete(folder); // somebody may have removed it
    if (settled === 'left') this.leaveBehind(uidValidity, uids);
  }

  private leaveBehind(uidValidity: string, uids: readonly number[]): void {
    const left = this.leftBehind.get(uidValidity) ?? new Set<number>();
    for (const uid of uids) left.add(uid);
    this.leftBehind.set(uidValidity, left);
  }

  private folderFor(outcome: MailOutcome): string {
    switch (outcome) {
      case 'report':
        return this.options.reportFolder;
      case 'unreadable':
        return this.options.failedFolder;
      case 'tls-report':
      case 'failure-report':
      case 'not-a-report':
        return this.options.otherFolder;
    }
  }

  /** Returns when the connection ends or the signal aborts; imapflow idles by itself when nothing else runs. */
  private async watchOnce(onMail: () => void, signal: AbortSignal): Promise<void> {
    const client = await this.inFolder((open) => Promise.resolve(open));
    const onExists = ({ count, prevCount }: { readonly count: number; readonly prevCount: number }): void => {
      if (count > prevCount) onMail();
    };
    client.on('exists', onExists);
    try {
      onMail(); // for what came while nobody watched
      await ended(client, signal);
    } finally {
      client.off('exists', onExists);
    }
  }

  private inFolder<T>(operation: (client: ImapFlow) => Promise<T>): Promise<T> {
    return this.connection.run(async (client) => {
      const lock = await client.getMailboxLock(folderPath(this.options.folder));
      try {
        return await operation(client);
      } finally {
        lock.release();
      }
    });
  }
}

function ended(client: ImapFlow, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || !client.usable) {
      resolve();
      return;
    }
    const end = (): void => {
      client.off('close', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    client.once('close', end);
    signal.addEventListener('abort', end, { once: true });
  });
}
