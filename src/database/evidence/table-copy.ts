import type { Client } from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';

/** Bytes that may wait for the connection before a writer is asked to pause. */
const ROOM = 512 * 1024;
/** Bytes that are written at once: each write takes its time, and the rows of most reports are few. */
const WRITE = 64 * 1024;

/**
 * COPY into a table on a connection, which is taken until the copy has ended. Chunks are handed to the stream one at
 * a time: once its connection is lost, it can take no other without an exception that nobody catches.
 */
export class TableCopy {
  private readonly stream: CopyStreamQuery;
  private readonly chunks: Buffer[] = [];
  private readonly finished: Promise<void>;
  private waitingBytes = 0;
  private isWriting = false;
  private isEnding = false;
  private hasFailed = false;
  private waiters: (() => void)[] = [];

  /** `into`: a table with the columns that the lines hold. */
  constructor(client: Client, into: string) {
    this.stream = client.query(copyFrom(`copy ${into} from stdin`));
    this.finished = new Promise((resolve, reject) => {
      this.stream.once('finish', resolve);
      this.stream.on('error', (cause) => {
        this.fail();
        reject(new Error('rows could not be copied', { cause }));
      });
    });
    // Heard of by whoever ends the copy.
    this.finished.catch(() => {});
  }

  /** Chunks of whole lines; after a failure they are thrown away. */
  push(chunk: Buffer): void {
    if (this.hasFailed) return;
    this.chunks.push(chunk);
    this.waitingBytes += chunk.length;
    this.writeNext();
  }

  /** Resolves when there is room for more, also when the copy has failed: `end` says so. */
  drained(): Promise<void> {
    if (this.waitingBytes <= ROOM) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Resolves when all is copied and the connection is free again. Throws when the copy failed. */
  end(): Promise<void> {
    this.isEnding = true;
    this.writeNext();
    return this.finished;
  }

  /** Ends it so that nothing stays of it; the connection is free once PostgreSQL has answered. */
  abort(): void {
    if (this.hasFailed || this.stream.destroyed) return;
    this.fail();
    this.stream.destroy(new Error('abandoned'));
  }

  private writeNext(): void {
    if (this.isWriting || this.hasFailed) return;
    const chunk = this.takeSome();
    if (chunk === null) {
      if (this.isEnding) this.stream.end();
      return;
    }
    this.isWriting = true;
    this.stream.write(chunk, () => {
      this.isWriting = false;
      this.waitingBytes -= chunk.length;
      if (this.waitingBytes <= ROOM) this.wake();
      this.writeNext();
    });
  }

  private takeSome(): Buffer | null {
    let bytes = 0;
    const end = this.chunks.findIndex((chunk) => (bytes += chunk.length) >= WRITE);
    const [first = null, ...others] = this.chunks.splice(0, end === -1 ? this.chunks.length : end + 1);
    return first === null || others.length === 0 ? first : Buffer.concat([first, ...others]);
  }

  private fail(): void {
    this.hasFailed = true;
    this.chunks.length = 0;
    this.waitingBytes = 0;
    this.wake();
  }

  private wake(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
