import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { ImapPace } from './imap-pace.js';
import { MailboxError, mailboxError } from './mailbox-error.js';
import type { AccessTokens } from './oauth2-tokens.js';
import { SliceFlow } from './slice-flow.js';
import { withDeadline } from './with-deadline.js';

export interface ImapServerOptions {
  /** The mailbox's name in the settings. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the start (RFC 8314 3.2); `none` is for loopback and tunnels. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of certificate authorities, instead of those that the system knows; null: those. */
  readonly tlsCa: string | null;
  readonly user: string;
  /** Ignored when there are access tokens. */
  readonly password: string;
  /** Instead of a password (RFC 7628, XOAUTH2); null: the password. */
  readonly accessTokens: AccessTokens | null;
  /** Bytes; a literal that is announced to be larger ends the connection. */
  readonly maxMessageBytes: number;
  /** From 0 up to 1, for pauses; Math.random without it. */
  readonly random?: () => number;
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 30_000;
/** Milliseconds without a word from the server; while idling it is asked then whether it is still there. */
const SILENCE_TIMEOUT = 120_000;
/** Milliseconds for a polite end. */
const LOGOUT_TIMEOUT = 3000;
/** Milliseconds without a command before IDLE starts: what arrives until then is told when it starts. */
const IDLE_DELAY = 1000;
/** Milliseconds; servers may log out who idles for 30 minutes (RFC 2177). */
const LONGEST_IDLE = 10 * 60_000;
/** Bytes of a line: the UIDs of a million mails. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * One connection to an IMAP server, made when it is needed and made again after it broke, but not faster and faster
 * while that fails. Operations wait for each other, since a mailbox is selected for all of them.
 */
export class ImapConnection {
  private open: ImapFlow | null = null;
  private client: Promise<ImapFlow> | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;
  private readonly pace: ImapPace;
  private lastError: MailboxError | null = null;

  constructor(private readonly options: ImapServerOptions) {
    this.pace = new ImapPace({ now: () => performance.now(), random: options.random ?? Math.random });
  }

  /** Runs one operation after those before it. Throws MailboxError, at once while a pause after failures lasts. */
  run<T>(operation: (client: ImapFlow) => Promise<T>): Promise<T> {
    const result = this.queue.then(() => this.attempt(operation));
    this.queue = result.catch(() => null);
    return result;
  }

  /** Milliseconds until it may connect again; 0: now. */
  pause(): number {
    return this.pace.remaining();
  }

  /** Ends the session, within seconds even if the server is silent; operations fail from now on. Never throws. */
  async close(): Promise<void> {
    this.closed = true;
    const ending = this.client?.then((client) => client.logout()).catch(() => null);
    await withDeadline(Promise.resolve(ending), LOGOUT_TIMEOUT);
    this.open?.close();
    await withDeadline(this.queue, LOGOUT_TIMEOUT);
  }

  private async attempt<T>(operation: (client: ImapFlow) => Promise<T>): Promise<T> {
    try {
      return await operation(await this.connected());
    } catch (error) {
      throw mailboxError(this.options.name, error);
    }
  }

  private async connected(): Promise<ImapFlow> {
    if (this.closed) throw new MailboxError('closed', 'connection');
    const current = await this.client?.catch(() => null);
    if (current?.usable) return current;
    this.refuseInPause();
    this.client = this.connectAnew();
    return this.client;
  }

  private refuseInPause(): void {
    if (this.lastError === null || this.pace.remaining() === 0) return;
    const seconds = Math.ceil(this.pace.remaining() / 1000);
    throw new MailboxError(`${this.lastError.message}; next try in ${seconds} s`, this.lastError.trouble);
  }

  private async connectAnew(): Promise<ImapFlow> {
    try {
      const client = await this.logIn();
      this.pace.succeeded();
      return client;
    } catch (error) {
      this.lastError = mailboxError(this.options.name, error);
      this.pace.failed(this.lastError.trouble);
      throw this.lastError;
    }
  }

  /** With a token that the server refuses, once more with a new one: it may have been withdrawn. */
  private async logIn(): Promise<ImapFlow> {
    const { accessTokens } = this.options;
    if (accessTokens === null) return this.connect({ pass: this.options.password });
    const accessToken = await accessTokens.current();
    try {
      return await this.connect({ accessToken });
    } catch (error) {
      if (mailboxError(this.options.name, error).trouble !== 'authentication') throw error;
    }
    return this.connect({ accessToken: await accessTokens.renewed(accessToken) });
  }

  private async connect(
    secret: { readonly pass: string } | { readonly accessToken: string },
  ): Promise<ImapFlow> {
    const client = new SliceFlow({
      ...flowOptions(this.options),
      auth: { user: this.options.user, ...secret },
    });
    // Without a listener an error between two commands would end the process; the next command meets it anyway.
    client.on('error', () => client.close());
    this.open = client;
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

function flowOptions(options: ImapServerOptions): ImapFlowOptions {
  const { host, port, tls, tlsCa, maxMessageBytes } = options;
  const longestLiteral = Math.max(maxMessageBytes, LONGEST_LINE) + 1024;
  return {
    host,
    port,
    secure: tls === 'implicit',
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    tls: tlsCa === null ? {} : { ca: tlsCa },
    logger: false,
    clientInfo: { name: 'dmarc-ratchet' },
    // It would make each FETCH answer longer, by a MODSEQ that nobody reads.
    disableAutoEnable: true,
    maxLineLength: LONGEST_LINE,
    maxLiteralSize: longestLiteral,
    maxResponseSize: longestLiteral + LONGEST_LINE,
    connectionTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    autoIdleDelay: IDLE_DELAY,
    maxIdleTime: LONGEST_IDLE,
  };
}
