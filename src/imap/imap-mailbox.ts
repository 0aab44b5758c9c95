import { setTimeout as wait } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import {
  ReportMailbox,
  type MailOutcome,
  type MailPosition,
  type WaitingMail,
} from '../ports/report-mailbox.js';
import { fetchWaiting, positionKey, selected } from './fetch-waiting.js';
import { ImapConnection, type ImapServerOptions } from './imap-connection.js';
import { mailboxError, type MailboxError } from './mailbox-error.js';
import { folderPath, settleMail } from './settle-mail.js';

export interface ImapMailboxOptions extends ImapServerOptions {
  /** Where reports arrive; `/` between levels, whatever the server's own delimiter is. */
  readonly folder: string;
  /** Where settled mail goes; made when missing. */
  readonly reportFolder: string;
  readonly otherFolder: string;
  /** Bytes; larger messages are told of, and not fetched. */
  readonly maxMessageBytes: number;
  /** Told of what goes wrong while watching, which mends itself. */
  readonly onTrouble?: (error: MailboxError) => void;
}

/** Milliseconds between two tries to watch, doubled each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 5 * 60_000;

/** A mailbox on an IMAP server (RFC 9051 and 3501). All operations but `close` throw MailboxError. */
export class ImapMailbox extends ReportMailbox {
  private readonly connection: ImapConnection;
  private readonly closing = new AbortController();
  /** Mail that is done, in folders that we may neither move it from nor mark it in; forgotten with the process. */
  private readonly leftBehind = new Set<string>();

  constructor(private readonly options: ImapMailboxOptions) {
    super();
    this.connection = new ImapConnection(options);
  }

  override get name(): string {
    return this.options.name;
  }

  override fetchWaiting(after: MailPosition | null, limit: number): Promise<readonly WaitingMail[]> {
    const { maxMessageBytes } = this.options;
    return this.inFolder((client) =>
      fetchWaiting(client, { after, limit, maxMessageBytes, skip: this.leftBehind }),
    );
  }

  override async settle(positions: readonly MailPosition[], outcome: MailOutcome): Promise<void> {
    if (positions.length === 0) return;
    await this.inFolder((client) => this.settleIn(client, positions, outcome));
  }

  override async watch(onMail: () => void, signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([signal, this.closing.signal]);
    let pause = FIRST_PAUSE;
    while (!ending.aborted) {
      try {
        await this.watchOnce(onMail, ending);
        pause = FIRST_PAUSE;
      } catch (error) {
        if (!ending.aborted) this.options.onTrouble?.(mailboxError(this.name, error));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
      await wait(pause, null, { signal: ending }).catch(() => null);
    }
  }

  override async close(): Promise<void> {
    this.closing.abort();
    await this.connection.close();
  }

  private async settleIn(
    client: ImapFlow,
    positions: readonly MailPosition[],
    outcome: MailOutcome,
  ): Promise<void> {
    const uidValidity = String(selected(client).uidValidity);
    const uids = positions.filter((position) => position.uidValidity === uidValidity).map(({ uid }) => uid);
    if (uids.length === 0) return;
    const folder = outcome === 'report' ? this.options.reportFolder : this.options.otherFolder;
    const settled = await settleMail(client, uids, folder);
    if (settled === 'left') for (const uid of uids) this.leftBehind.add(positionKey({ uidValidity, uid }));
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
        await client.noop(); // so that the server tells of what arrived since the last command
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
