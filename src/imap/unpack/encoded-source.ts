import type { ByteSource } from './byte-source.js';
import { lastAtOrBefore } from './chunked-source.js';

/** Decodes from `at` on as much as is convenient, at least one byte of `encoded`; `next` is where to go on. */
export type DecodeSlice = (encoded: Buffer, at: number) => { readonly bytes: Buffer; readonly next: number };

/** Decoded bytes of a stretch, if it isn't the last; hostile data come in crumbs. */
const ENOUGH = 16 * 1024;
/** Encoded bytes of a stretch. */
const LONGEST_STRETCH = 256 * 1024;
/** Encoded bytes in a row that give next to nothing: what follows is taken for the end. */
const BARREN = 512 * 1024;

/** Base64 or quoted-printable, decoded stretch by stretch; going back decodes a stretch again. */
export class EncodedSource implements ByteSource {
  readonly isPlain = false;
  /** Where the stretches begin, in the encoded and in the decoded bytes; one more than was decoded. */
  private readonly encodedAt: number[] = [0];
  private readonly decodedAt: number[] = [0];
  private current = -1;
  private decoded: Buffer = Buffer.alloc(0);
  /** The one used before, since reading goes back and forth where two meet. */
  private other = -1;
  private otherDecoded: Buffer = Buffer.alloc(0);
  private barren = 0;

  /** `atMost`: how many bytes can come out. */
  constructor(
    private readonly encoded: Buffer,
    private readonly decodeSlice: DecodeSlice,
    readonly atMost: number,
  ) {}

  read(start: number, end: number): Buffer {
    const parts: Buffer[] = [];
    for (let index = lastAtOrBefore(this.decodedAt, start); ; index += 1) {
      const from = this.decodedAt[index] ?? end;
      if (from >= end || !this.load(index)) break;
      const part = this.decoded.subarray(Math.max(0, start - from), end - from);
      if (part.length > 0) parts.push(part);
    }
    const [only = this.decoded.subarray(0, 0), ...others] = parts;
    return others.length === 0 ? only : Buffer.concat(parts);
  }

  /** Decodes a stretch; false when there is none. */
  private load(index: number): boolean {
    if (index === this.current) return true;
    this.swap();
    if (index === this.current) return true;
    const start = this.encodedAt[index];
    if (start === undefined || start >= this.encoded.length) return false;
    const { bytes, next } = this.decodeStretch(start);
    this.decoded = bytes;
    this.current = index;
    if (index === this.encodedAt.length - 1) this.note(bytes.length, start, next);
    return true;
  }

  private swap(): void {
    const { current, decoded } = this;
    this.current = this.other;
    this.decoded = this.otherDecoded;
    this.other = current;
    this.otherDecoded = decoded;
  }

  private decodeStretch(start: number): { readonly bytes: Buffer; readonly next: number } {
    const parts: Buffer[] = [];
    let size = 0;
    let next = start;
    while (size < ENOUGH && next < this.encoded.length && next - start < LONGEST_STRETCH) {
      const slice = this.decodeSlice(this.encoded, next);
      if (slice.bytes.length > 0) parts.push(slice.bytes);
      size += slice.bytes.length;
      next = slice.next;
    }
    const [only] = parts;
    return { bytes: only !== undefined && parts.length === 1 ? only : Buffer.concat(parts, size), next };
  }

  private note(size: number, start: number, next: number): void {
    this.barren = size * 8 < next - start ? this.barren + next - start : 0;
    this.encodedAt.push(this.barren > BARREN ? this.encoded.length : next);
    this.decodedAt.push((this.decodedAt.at(-1) ?? 0) + size);
  }
}
