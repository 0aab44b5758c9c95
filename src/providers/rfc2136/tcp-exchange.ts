import net from 'node:net';
import { u16 } from './wire.js';

/** The exchange broke. `wasSent`: the server may have acted on the request. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';

  constructor(
    message: string,
    readonly wasSent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * One DNS message over TCP and its answer (RFC 1035 4.2.2). `timeoutMs` bounds the whole exchange.
 * Throws ExchangeError, or the reason of an aborted signal.
 */
export function exchange(
  server: { readonly host: string; readonly port: number; readonly timeoutMs: number },
  message: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = net.connect(server.port, server.host);
    let received = Buffer.alloc(0);
    let wasSent = false;
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const fail = (why: string, cause?: Error): void => {
      const error = new ExchangeError(`${server.host}:${server.port}: ${why}`, wasSent, { cause });
      finish(() => reject(error));
    };
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      finish(() => reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason })));
    };
    const timer = setTimeout(() => fail('no answer in time'), server.timeoutMs);
    signal.addEventListener('abort', onAbort);
    socket.on('error', (error) => fail(error.message, error));
    socket.on('close', () => fail('the server closed the connection'));
    socket.on('connect', () => {
      wasSent = true;
      socket.write(Buffer.concat([u16(message.length), message]));
    });
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const end = received.length < 2 ? Infinity : 2 + received.readUInt16BE(0);
      if (received.length >= end) finish(() => resolve(received.subarray(2, end)));
    });
  });
}
