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

  /** `atMost`: what is said of bytes that were decoded already, so that a limit on them is the same. */
  constructor(
    private readonly bytes: Buffer,
    readonly atMost = bytes.length,
  ) {}

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
