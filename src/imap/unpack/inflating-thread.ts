import { constants, createInflateRaw } from 'node:zlib';

/** Bytes of output at a time. */
const CHUNK = 256 * 1024;

/** Inflates raw deflate data (RFC 1951) on a thread of Node's, piece by piece. To be closed. */
export class InflatingThread {
  private readonly stream = createInflateRaw({ chunkSize: CHUNK, flush: constants.Z_SYNC_FLUSH });
  private chunks: Buffer[] = [];
  private fed = 0;
  private settle: (chunks: readonly Buffer[] | null) => void = () => undefined;

  constructor() {
    this.stream.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    // Whoever waits for a piece is told; a write that closing cuts off is not called back.
    this.stream.on('error', () => this.settle(null));
    this.stream.on('close', () => this.settle(null));
  }

  /** Packed bytes inflated so far. */
  get used(): number {
    return this.stream.bytesWritten;
  }

  /** Whether the data ended before the last piece did. */
  get hasEnded(): boolean {
    return this.used < this.fed;
  }

  /** What comes out of the next piece; null when it is broken. One at a time. */
  inflate(piece: Buffer): Promise<readonly Buffer[] | null> {
    this.fed += piece.length;
    return new Promise((resolve) => {
      this.settle = resolve;
      this.stream.write(piece, (error) => resolve(error ? null : this.take()));
    });
  }

  close(): void {
    this.stream.destroy();
  }

  private take(): readonly Buffer[] {
    const { chunks } = this;
    this.chunks = [];
    return chunks;
  }
}
