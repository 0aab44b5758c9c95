import { Breather } from './breather.js';
import { measure, PlainSource, type ByteSource } from './byte-source.js';
import type { Soundness } from './checksum.js';
import { ChunkedSource } from './chunked-source.js';
import { checkSize } from './unpack-limits.js';

/** How much of something is looked at to tell what it is. */
const GLANCE = 32 * 1024;
/**
 * Bytes handed on at a time: more than a reader of reports gathers before it reads, and few enough that others don't wait
 * for the text of a hostile one.
 */
const PIECE = 24 * 1024;

/** What a file, an attachment or an archive entry holds, after one layer of packing. */
export interface Content {
  /** How it begins; all of it, if it is short. */
  readonly head: Buffer;
  /** It is, and lies in memory: nothing more has to be read, and nothing is held. */
  readonly isShort: boolean;
  /** All of it, to be gone through once. Throws an UnpackError over a limit. */
  pieces(): AsyncGenerator<Buffer, unknown>;
  /** To be looked into as a container. Throws an UnpackError when it is larger than `limit` bytes. */
  source(limit: number): Promise<ByteSource>;
  /** The same at once, where it is short; null where it is not. */
  shortSource(limit: number): ByteSource | null;
  /** Once all of it was gone through: why it is not as it was packed; null when it is. */
  damage(): string | null;
  /** Frees what is held, also when nothing was read. */
  close(): Promise<void>;
}

/** What can be read anywhere. */
export class SourceContent implements Content {
  readonly head: Buffer;
  readonly isShort: boolean;

  constructor(
    private readonly whole: ByteSource,
    private readonly known: string | null = null,
  ) {
    this.head = whole.read(0, GLANCE);
    this.isShort = this.head.length < GLANCE;
  }

  async *pieces(): AsyncGenerator<Buffer, void> {
    let at = 0;
    for (;;) {
      const piece = this.whole.read(at, at + PIECE);
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  }

  async source(limit: number): Promise<ByteSource> {
    // What is encoded may be fewer: the line ends of base64 are nothing that comes out.
    if (this.whole.atMost > limit) checkSize(await measure(this.whole, new Breather(), limit + 1), limit);
    return this.whole;
  }

  shortSource(limit: number): ByteSource | null {
    if (!this.isShort) return null;
    checkSize(this.head.length, limit);
    return new PlainSource(this.head);
  }

  damage(): string | null {
    return this.known;
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}

/** What comes out of something packed, and can only be read from its beginning. */
export class StreamContent implements Content {
  readonly isShort = false;

  private constructor(
    readonly head: Buffer,
    private readonly rest: AsyncGenerator<Buffer, unknown>,
    private readonly soundness: Soundness,
  ) {}

  /** Reads its beginning. Throws the errors of the pieces, which note in `soundness` what they find damaged. */
  static async begin(pieces: AsyncGenerator<Buffer, unknown>, soundness: Soundness): Promise<StreamContent> {
    const begun: Buffer[] = [];
    for (let size = 0; size < GLANCE;) {
      const { value, done } = await pieces.next();
      if (done === true || !Buffer.isBuffer(value)) break;
      begun.push(value);
      size += value.length;
    }
    return new StreamContent(
      begun.length === 1 ? (begun[0] ?? Buffer.alloc(0)) : Buffer.concat(begun),
      pieces,
      soundness,
    );
  }

  async *pieces(): AsyncGenerator<Buffer, unknown> {
    for (let at = 0; at < this.head.length; at += PIECE) yield this.head.subarray(at, at + PIECE);
    for await (const chunk of this.rest) {
      for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
    }
    return undefined;
  }

  async source(limit: number): Promise<ByteSource> {
    const chunks: Buffer[] = [this.head];
    let size = this.head.length;
    for await (const chunk of this.rest) {
      chunks.push(chunk);
      size += chunk.length;
      checkSize(size, limit);
    }
    return new ChunkedSource(chunks);
  }

  shortSource(): null {
    return null;
  }

  damage(): string | null {
    return this.soundness.damage();
  }

  async close(): Promise<void> {
    await this.rest.return(undefined);
  }
}

/** All bytes at once, without a copy where they lie in memory. Throws an UnpackError when they are too many. */
export async function wholeBytes(content: Content, limit: number, breather: Breather): Promise<Buffer> {
  const source = await content.source(limit);
  if (source.isPlain) return source.read(0, source.atMost);
  const bytes = Buffer.allocUnsafe(source.atMost);
  let size = 0;
  for (let copied = -1; copied !== 0; size += copied) {
    copied = source.read(size, size + PIECE).copy(bytes, size);
    await breather.breathe();
  }
  return bytes.subarray(0, size);
}
