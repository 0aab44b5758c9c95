import dgram from 'node:dgram';
import net from 'node:net';
import { decodeReply, encodeQuery } from './dns-message.js';
import type { DnsReply, EncodedQuery, Question } from './dns-message.js';
import { formatEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';

export interface QueryOptions {
  /** Milliseconds for each try. */
  readonly timeoutMs: number;
  /** Tries over UDP, at least 1; one over TCP may follow. */
  readonly tries: number;
  readonly recursionDesired: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** No usable answer came. `code`: `ETIMEOUT`, `EBADRESP`, or what the system said (`ECONNREFUSED`, `ENETUNREACH`). */
export class DnsQueryError extends Error {
  override readonly name = 'DnsQueryError';

  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Asks one server: over UDP, and over TCP when the answer is truncated or none came (RFC 7766 5).
 * Any rcode is an answer. Throws DnsQueryError, the reason of an aborted signal, or a RangeError for an impossible name.
 */
export async function queryDns(
  question: Question,
  server: Endpoint,
  options: QueryOptions,
): Promise<DnsReply> {
  const query = encodeQuery(question, { recursionDesired: options.recursionDesired, edns: true });
  const overUdp = await tryUdp(query, server, options);
  if (overUdp !== null && !overUdp.isTruncated && !dislikesEdns(overUdp)) return overUdp;

  const overTcp = await askTcp(query, server, options);
  if (!dislikesEdns(overTcp)) return overTcp;
  const plain = encodeQuery(question, { recursionDesired: options.recursionDesired, edns: false });
  return askTcp(plain, server, options);
}

/** RFC 6891 7: a server that doesn't know EDNS may answer so; asked without it, it knows. */
function dislikesEdns(reply: DnsReply): boolean {
  return reply.rcode === 'FORMERR' || reply.rcode === 'NOTIMP';
}

/** Null: no answer came over UDP. */
async function tryUdp(
  query: EncodedQuery,
  server: Endpoint,
  options: QueryOptions,
): Promise<DnsReply | null> {
  for (let attempt = 0; attempt < Math.max(1, options.tries); attempt += 1) {
    try {
      return await askUdp(query, server, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof DnsQueryError) || error.code !== 'ETIMEOUT') return null;
    }
  }
  return null;
}

function askUdp(query: EncodedQuery, server: Endpoint, options: QueryOptions): Promise<DnsReply> {
  return withDeadline(server, options, (settle) => {
    const socket = dgram.createSocket(net.isIPv6(server.host) ? 'udp6' : 'udp4');
    socket.on('error', settle.fail);
    socket.on('message', (bytes) => {
      const reply = decodeReply(bytes, query);
      if (reply !== null) settle.done(reply); // anything else may be forged: wait for the real one
    });
    // A connected socket takes datagrams from this server only.
    // Its callback gets what went wrong, as when this host has no IPv6; the types don't know.
    socket.connect(server.port, server.host, (refused?: Error) => {
      if (refused !== undefined) settle.fail(refused);
      if (!settle.isOpen()) return;
      socket.send(query.bytes, (error) => {
        if (error !== null) settle.fail(error);
      });
    });
    return () => socket.close();
  });
}

function askTcp(query: EncodedQuery, server: Endpoint, options: QueryOptions): Promise<DnsReply> {
  return withDeadline(server, options, (settle) => {
    const socket = net.connect(server.port, server.host);
    let received = Buffer.alloc(0);
    socket.on('error', settle.fail);
    socket.on('close', () => settle.fail(new DnsQueryError('the server closed the connection', 'EBADRESP')));
    socket.on('connect', () => socket.write(framed(query.bytes)));
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const end = received.length < 2 ? Infinity : 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const reply = decodeReply(received.subarray(2, end), query);
      if (reply === null) settle.fail(new DnsQueryError('the answer is malformed', 'EBADRESP'));
      else settle.done(reply);
    });
    return () => socket.destroy();
  });
}

/** RFC 1035 4.2.2: two bytes of length come first. */
function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface Settle {
  /** Neither done, failed, out of time nor aborted. */
  readonly isOpen: () => boolean;
  readonly done: (reply: DnsReply) => void;
  readonly fail: (error: Error) => void;
}

/** Runs one exchange; closes it when it is over, out of time or aborted. `start` gives what closes it. */
function withDeadline(
  server: Endpoint,
  options: Pick<QueryOptions, 'timeoutMs' | 'signal'>,
  start: (settle: Settle) => () => void,
): Promise<DnsReply> {
  const { timeoutMs, signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let isOpen = true;
    const finish = (act: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      close();
      act();
    };
    const fail = (cause: Error): void => finish(() => reject(asQueryError(cause, server)));
    const onAbort = (): void => finish(() => reject(asError(signal?.reason)));
    const timer = setTimeout(() => fail(new DnsQueryError('no answer in time', 'ETIMEOUT')), timeoutMs);
    signal?.addEventListener('abort', onAbort);
    const close = start({ isOpen: () => isOpen, done: (reply) => finish(() => resolve(reply)), fail });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

function asQueryError(cause: Error, server: Endpoint): DnsQueryError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EIO';
  return new DnsQueryError(`${formatEndpoint(server)}: ${cause.message}`, code, { cause });
}
