import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { MailboxError, mailboxError } from './mailbox-error.js';
import { withDeadline } from './with-deadline.js';

export interface ImapServerOptions {
  /** The mailbox's name in the settings. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the start (RFC 8314 3.2); `none` is for loopback and tunnels. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of a certificate authority that the system doesn't know. */
  readonly tlsCa?: string;
  readonly rejectUnauthorized?: boolean;
  readonly user: string;
  readonly password?: string;
  /** Instead of a password (RFC 7628). */
  readonly accessToken?: string;
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

/**
 * One connection to an IMAP server, made when it is needed and made again after it broke. Operations wait for each
 * other, since a mailbox is selected for all of them.
 */
export class ImapConnection {
  private open: ImapFlow | null = null;
  private client: Promise<ImapFlow> | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: ImapServerOptions) {}

  /** Runs one operation after those before it. Throws MailboxError. */
  run<T>(operation: (client: ImapFlow) => Promise<T>): Promise<T> {
    const result = this.queue.then(() => this.attempt(operation));
    this.queue = result.catch(() => null);
    return result;
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
    if (this.closed) throw new MailboxError(`mailbox ${this.options.name}: closed`, 'connection');
    const current = await this.client?.catch(() => null);
    if (current?.usable) return current;
    this.open = newClient(this.options);
    this.client = connect(this.open);
    return this.client;
  }
}

function newClient(options: ImapServerOptions): ImapFlow {
  const client = new ImapFlow(flowOptions(options));
  // Without a listener an error between two commands would end the process; the next command meets it anyway.
  client.on('error', () => client.close());
  return client;
}

async function connect(client: ImapFlow): Promise<ImapFlow> {
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

function flowOptions(options: ImapServerOptions): ImapFlowOptions {
  const { host, port, tls, tlsCa, rejectUnauthorized = true, user, password, accessToken } = options;
  return {
    host,
    port,
    secure: tls === 'implicit',
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    tls: { rejectUnauthorized, ...(tlsCa === undefined ? {} : { ca: tlsCa }) },
    auth: accessToken === undefined ? { user, pass: password ?? '' } : { user, accessToken },
    logger: false,
    clientInfo: { name: 'dmarc-ratchet' },
    connectionTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    autoIdleDelay: IDLE_DELAY,
    maxIdleTime: LONGEST_IDLE,
  };
}
