import { setTimeout as wait } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import {
  ReportMailbox,
  type MailOutcome,
  type MailPosition,
  type MailScan,
  type WaitingMail,
} from '../ports/report-mailbox.js';
import { fetchBatch } from './fetch-batch.js';
import { positionKey, scanFolder, selected } from './fetch-scan.js';
import { FetchSetbacks } from './fetch-setbacks.js';
import { ImapConnection, type ImapServerOptions } from './imap-connection.js';
import { mailboxError, type MailboxError } from './mailbox-error.js';
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
  /** Told of what goes wrong while watching, which mends itself. */
  readonly onTrouble?: (error: MailboxError) => void;
}

/** Milliseconds between two tries to watch, doubled each time; a watch that lasted longer than the longest was fine. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 5 * 60_000;

/** A folder on an IMAP server (RFC 9051 and 3501), with a connection of its own. */
export class ImapMailbox extends ReportMailbox {
  private readonly connection: ImapConnection;
  private readonly closing = new AbortController();
  private readonly setbacks = new FetchSetbacks(() => performance.now());
  /** Mail that is done, in folders that we may neither move it from nor mark it in; forgotten with the process. */
  private readonly leftBehind = new Set<string>();
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
      this.setbacks.gave(batch.length, Math.min(mails, uids.length));
      return batch;
    } catch (error) {
      this.setbacks.failed(uids.slice(0, mails).map((uid) => positionKey({ uidValidity, uid })));
      throw error;
    }
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
    if (settled === 'left') for (const uid of uids) this.leftBehind.add(positionKey({ uidValidity, uid }));
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
