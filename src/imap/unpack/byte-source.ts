import type { Breather } from './breather.js';

/** Bytes that are gone through at a time. */
const STRIDE = 64 * 1024;

/** Bytes that can be read anywhere, and are decoded only as they are asked for: an attachment may have 25 MB. */
export interface ByteSource {
  /** How many there are at most; the exact number where nothing is encoded. */
  readonly atMost: number;
  /** Whether reading costs nothing, since nothing is decoded. */
  readonly isPlain: boolean;
  /** The bytes from `start` on, without the one at `end`; fewer where there are no more. */
  read(start: number, end: number): Buffer;
}

/** Bytes that lie in memory as they are. */
export class PlainSource implements ByteSource {
  readonly isPlain = true;
  readonly atMost: number;

  constructor(private readonly bytes: Buffer) {
    this.atMost = bytes.length;
  }

  read(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }
}

/** A stretch of another source. */
export class SourceWindow implements ByteSource {
  readonly atMost: number;
  readonly isPlain: boolean;

  constructor(
    private readonly source: ByteSource,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.atMost = Math.max(0, Math.min(end, source.atMost) - start);
    this.isPlain = source.isPlain;
  }

  read(start: number, end: number): Buffer {
    return this.source.read(this.start + start, Math.min(this.start + end, this.end));
  }
}

/**
 * How many bytes there are, which is known for what is encoded once it was decoded; no more than `upTo` are counted.
 * What lies before that can be read at once then.
 */
export async function measure(source: ByteSource, breather: Breather, upTo = Infinity): Promise<number> {
  const end = Math.min(upTo, source.atMost);
  if (source.isPlain) return end;
  for (let at = 0; ; at += STRIDE) {
    const { length } = source.read(at, Math.min(at + STRIDE, end));
    if (length < STRIDE) return at + length;
    await breather.breathe();
  }
}
